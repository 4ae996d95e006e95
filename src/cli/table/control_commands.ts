/**
 * Control: the commands that change jobs.
 *
 * @module
 */

import { JOB_FIELDS } from "../../format/job_fields.ts";
import type { Command } from "./command.ts";
import type { Option } from "./option.ts";
import { CHOICE, GROUP, LIMIT, SELECTION, YES, YES_TO_SEVERAL } from "./shared_options.ts";

/** The option of `move` that gives a job a field as `enqueue` does. */
function moveOption(name: string): Option {
  const { value, short, help } = JOB_FIELDS.get(name)!;
  return { name, value, short, help: help! };
}

const EDIT: Option = { name: "edit", help: "change it in $VISUAL or $EDITOR first; takes one ID" };

/** The commands under Control. */
export const CONTROL_COMMANDS: readonly Command[] = [
  {
    name: "cancel",
    aliases: ["kill"],
    module: "control/cancel",
    summary: "cancel waiting or running jobs; they move to dead/",
    takes: "[ID…]",
    options: SELECTION,
    details: [
      "On any machine: a running job gets SIGTERM, and SIGKILL after config kill_grace.",
    ],
    examples: ["queuectl cancel 5V3K", "queuectl cancel --tag photos --state waiting,delayed"],
  },
  {
    name: "start",
    module: "control/start",
    summary: "start waiting jobs at once, beyond the limits",
    takes: "[ID…]",
    // pueue's start -g lets a group go on, which starts nothing beyond a limit.
    options: SELECTION.map((option) => option === GROUP ? { ...GROUP, short: undefined } : option),
    details: [
      "A live worker runs each at once, even if all its slots are taken (with one slot more), the " +
      "queue is paused, or a limit (concurrency, a resource, a group) is reached; the job takes " +
      "no place of a limit. Held, delayed and failed jobs wait no longer; one that waits for " +
      "other jobs is refused. Without a live worker the next one runs it first. It holds for one " +
      "attempt: a retry waits its turn again. A suspended job is resumed.",
    ],
    examples: ["queuectl start 5V3K"],
  },
  {
    name: "signal",
    module: "control/signal",
    summary: "send a signal to running jobs",
    takes: "ID… SIG",
    details: [
      "SIG, last or first, is a name or a number: TERM, SIGTERM, 15. On any machine; every process of the job's " +
      "process group gets it, but none that has left the group (setsid, a daemon).",
      "STOP is the same as suspend, CONT the same as resume. To end a job, use cancel.",
    ],
    examples: ["queuectl signal 5V3K USR1"],
  },
  {
    name: "suspend",
    aliases: ["pause"],
    module: "control/signal",
    summary: "stop running jobs (SIGSTOP) until they are resumed",
    takes: "[ID…]",
    options: SELECTION,
    details: [
      "On any machine. The time does not count against --timeout. A suspended job keeps its slot " +
      "and its places. cancel ends it, and worker stop resumes it, to let it finish.",
    ],
    examples: ["queuectl suspend 5V3K"],
  },
  {
    name: "resume",
    module: "control/signal",
    summary: "let suspended jobs go on (SIGCONT)",
    takes: "[ID…]",
    options: SELECTION,
    examples: ["queuectl resume 5V3K"],
  },
  {
    name: "retry",
    aliases: ["restart"],
    module: "control/jobs",
    summary: "run ended or failed jobs again, now",
    takes: "[ID…]",
    options: [EDIT, ...SELECTION],
    details: ["With --tag, --group or --all: failed and dead jobs, unless --state says otherwise."],
    examples: [
      "queuectl retry 1D7H",
      "queuectl retry --edit 1D7H",
      "queuectl retry --group night --yes",
    ],
  },
  {
    name: "restart",
    module: "control/jobs",
    summary: "add new copies of jobs, with new IDs",
    takes: "[ID…]",
    options: [EDIT, ...SELECTION],
    details: [
      "The copy has the command, options and input of the other, which stays as it is, and is " +
      "ready now. It waits for those jobs that the other still waits for. Prints the new ID.",
    ],
    examples: ["queuectl restart 1D7H", "queuectl restart --edit 1D7H"],
  },
  {
    name: "hold",
    aliases: ["stash"],
    module: "control/jobs",
    summary: "hold waiting jobs until they are released",
    takes: "[ID…]",
    options: SELECTION,
    examples: ["queuectl hold 5V3K"],
  },
  {
    name: "release",
    module: "control/jobs",
    summary: "release held jobs",
    takes: "[ID…]",
    options: SELECTION,
    examples: ["queuectl release 5V3K"],
  },
  {
    name: "move",
    module: "control/jobs",
    summary: "give waiting jobs another priority or time",
    takes: "[ID…]",
    options: [
      ...["priority", "at", "delay"].map(moveOption),
      { name: "before", value: "ID", values: "id", help: "right before another waiting job" },
      ...SELECTION,
    ],
    details: [
      "--before gives a job the priority of the other, and makes it ready a millisecond earlier: so " +
      "it also comes before jobs that were added in the same millisecond as the other.",
    ],
    examples: [
      "queuectl move --priority 9 5V3K",
      "queuectl move --at now 5V3K",
      "queuectl move --before 1D7H 5V3K",
    ],
  },
  {
    name: "edit",
    module: "control/edit",
    summary: "change a waiting job in $VISUAL or $EDITOR",
    takes: "ID",
    details: [
      "An invalid job is refused; the job stays as it was.",
      "The job is held while the editor is open. Should edit be killed, release it.",
    ],
    examples: ["EDITOR=nano queuectl edit 5V3K"],
  },
  {
    name: "rm",
    aliases: ["remove", "delete"],
    module: "control/jobs",
    summary: "remove jobs that are not running, with their logs",
    takes: "[ID…]",
    options: SELECTION,
    examples: ["queuectl rm 1D7H"],
  },
  {
    name: "dlq list",
    module: "control/dlq",
    summary: "a table of dead jobs",
    options: [
      LIMIT,
      ...CHOICE,
      {
        name: "group-by",
        value: "KEY[,KEY]",
        values: ["command,exit", "command", "exit", "label", "group"],
        help: "count jobs that are alike: by command, exit, label, group",
      },
    ],
    details: [
      "HOW is why it is dead: its last exit status or signal, timeout, cancelled, or the job that " +
      "it came after. OUTPUT is the last line that it printed. On a terminal: the newest 30.",
    ],
    examples: ["queuectl dlq list", "queuectl dlq list --group-by command,exit"],
  },
  {
    name: "dlq show",
    module: "control/dlq",
    summary: "everything about a dead job",
    takes: "ID",
    examples: ["queuectl dlq show 1D7H"],
  },
  {
    name: "dlq retry",
    module: "control/dlq",
    summary: "run dead jobs again, with a fresh count of attempts",
    takes: "[ID…]",
    options: [
      { name: "all", help: "every dead job that failed" },
      { name: "cancelled", help: "every dead job that was cancelled" },
      ...CHOICE,
      YES_TO_SEVERAL,
    ],
    examples: ["queuectl dlq retry --all", "queuectl dlq retry 1D7H"],
  },
  {
    name: "dlq clear",
    module: "control/dlq",
    summary: "remove all dead jobs, or some",
    options: [YES, ...CHOICE],
    details: ["Asks first; where there is no terminal, it needs --yes."],
    examples: ["queuectl dlq clear --yes"],
  },
  {
    name: "queue clear",
    module: "control/queue",
    summary: "remove all pending jobs, or those of a state, tag or group",
    options: [...CHOICE, YES],
    details: ["Asks first; where there is no terminal, it needs --yes."],
    examples: ["queuectl queue clear --state done --yes"],
  },
  {
    name: "queue path",
    module: "control/queue",
    summary: "print the queue's directory",
    examples: ['ls "$(queuectl queue path)/pending"'],
  },
];
