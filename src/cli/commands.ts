/**
 * The one table of commands. The dispatch, the help and the completions are made of it.
 *
 * @module
 */

import type { Command } from "./command.ts";
// The command called most often, by programs above all, and so the only one that is there from the
// start: loading it on demand would cost a tenth of its time.
import { enqueue } from "./commands/enqueue.ts";
import { ENQUEUE_OPTIONS, FILE_OPTIONS } from "./enqueue_options.ts";
import type { Option } from "./option.ts";

const STATES = ["pending", "processing", "done", "failed", "dead"] as const;

const YES: Option = { name: "yes", short: "y", help: "do not ask" };
const STATE: Option = {
  name: "state",
  value: "STATE",
  values: [...STATES, "completed"],
  help: `only this state: ${STATES.join(", ")}`,
};
const ANY = Infinity;

/** The groups: commands whose names are two words. */
export const GROUPS: Readonly<Record<string, string>> = {
  worker: "start, stop, list, pause and resume workers",
  dlq: "the dead letter queue: jobs out of retries",
  queue: "the queue as a whole",
  config: "the queue's settings",
};

/** All commands, in the order that the help shows them. */
export const COMMANDS: readonly Command[] = [
  {
    name: "enqueue",
    summary: "add a job; prints its ID",
    takes: "COMMAND…",
    words: [0, ANY],
    verbatim: true,
    options: [...ENQUEUE_OPTIONS, ...FILE_OPTIONS],
    details: [
      "One argument is shell text, several are a program and its arguments, and one that",
      `begins like a JSON object is a job: '{"command": "sleep 2", "priority": 9}'.`,
      "Options come before the command; after -- everything is the command.",
    ],
    load: () => enqueue,
  },
  {
    name: "run",
    summary: "add a job, show its output live, exit with its exit status",
    takes: "COMMAND…",
    words: [0, ANY],
    verbatim: true,
    options: ENQUEUE_OPTIONS,
    details: [
      "Works the job itself if no worker is alive, retries included.",
      "Exit status: the job's; 128 + N if signal N ended it; 124 if it ran out of time.",
    ],
    load: async () => (await import("./commands/run.ts")).run,
  },
  {
    name: "worker start",
    summary: "work the queue",
    takes: "",
    words: [0, 0],
    options: [
      {
        name: "count",
        short: "n",
        value: "N",
        help: "jobs at once (default: config worker_count, 1)",
      },
      { name: "detach", help: "in the background; prints the worker's name once it is live" },
      { name: "drain", help: "exit when nothing is ready, running or waiting for a retry" },
    ],
    details: [
      "Ctrl-C or SIGTERM: finish what runs, then leave. Again: put it back, leave at once.",
    ],
    load: async () => (await import("./commands/worker_start.ts")).workerStart,
  },
  {
    name: "worker stop",
    summary: "let workers finish what they run and leave",
    takes: "[NAME…]",
    words: [0, ANY],
    options: [{ name: "now", help: "kill what runs and put it back, uncharged" }],
    details: ["All workers, or those named. Waits until they have left."],
    load: async () => (await import("./commands/worker_stop.ts")).workerStop,
  },
  {
    name: "worker list",
    summary: "live workers and what each runs",
    takes: "",
    words: [0, 0],
    options: [],
    load: async () => (await import("./commands/worker_list.ts")).workerList,
  },
  {
    name: "worker pause",
    summary: "claim nothing new until resumed",
    takes: "",
    words: [0, 0],
    options: [],
    load: async () => (await import("./commands/worker_pause.ts")).workerPause,
  },
  {
    name: "worker resume",
    summary: "go on after a pause",
    takes: "",
    words: [0, 0],
    options: [],
    load: async () => (await import("./commands/worker_resume.ts")).workerResume,
  },
  {
    name: "status",
    summary: "how many jobs are in each state, and who works",
    takes: "",
    words: [0, 0],
    options: [],
    load: async () => (await import("./commands/status.ts")).status,
  },
  {
    name: "list",
    summary: "a table of jobs, newest last",
    takes: "",
    words: [0, 0],
    options: [
      STATE,
      { name: "limit", short: "n", value: "N", help: "at most N jobs, the newest" },
    ],
    details: ["Without options: everything not done, and the last 10 done."],
    load: async () => (await import("./commands/list.ts")).list,
  },
  {
    name: "show",
    summary: "everything about a job",
    takes: "ID",
    words: [1, 1],
    options: [],
    load: async () => (await import("./commands/show.ts")).show,
  },
  {
    name: "logs",
    summary: "what a job printed",
    takes: "ID",
    words: [1, 1],
    options: [
      { name: "follow", short: "f", help: "go on until the job ends" },
      { name: "attempt", value: "N", help: "only its Nth run" },
    ],
    load: async () => (await import("./commands/logs.ts")).logs,
  },
  {
    name: "wait",
    summary: "wait until jobs are done or dead; exits 0 only if all are done",
    takes: "ID…",
    words: [1, ANY],
    options: [],
    load: async () => (await import("./commands/wait.ts")).wait,
  },
  {
    name: "dlq list",
    summary: "a table of dead jobs",
    takes: "",
    words: [0, 0],
    options: [{ name: "limit", short: "n", value: "N", help: "at most N jobs, the newest" }],
    load: async () => (await import("./commands/dlq_list.ts")).dlqList,
  },
  {
    name: "dlq show",
    summary: "everything about a dead job",
    takes: "ID",
    words: [1, 1],
    options: [],
    load: async () => (await import("./commands/dlq_show.ts")).dlqShow,
  },
  {
    name: "dlq retry",
    summary: "make dead jobs pending again, with a fresh count of attempts",
    takes: "ID…",
    words: [0, ANY],
    options: [{ name: "all", help: "every dead job" }],
    load: async () => (await import("./commands/dlq_retry.ts")).dlqRetry,
  },
  {
    name: "dlq clear",
    summary: "remove all dead jobs",
    takes: "",
    words: [0, 0],
    options: [YES],
    details: ["Asks on a terminal."],
    load: async () => (await import("./commands/dlq_clear.ts")).dlqClear,
  },
  {
    name: "rm",
    summary: "remove jobs that do not run",
    takes: "ID…",
    words: [1, ANY],
    options: [],
    load: async () => (await import("./commands/rm.ts")).rm,
  },
  {
    name: "queue clear",
    summary: "remove all pending jobs, or all of a state",
    takes: "",
    words: [0, 0],
    options: [{ ...STATE, help: "the state to clear (default: pending)" }, YES],
    details: ["Asks on a terminal; elsewhere --yes is needed."],
    load: async () => (await import("./commands/queue_clear.ts")).queueClear,
  },
  {
    name: "queue path",
    summary: "print the queue's directory",
    takes: "",
    words: [0, 0],
    options: [],
    load: async () => (await import("./commands/queue_path.ts")).queuePath,
  },
  {
    name: "config show",
    summary: "all settings",
    takes: "",
    words: [0, 0],
    options: [],
    load: async () => (await import("./commands/config_show.ts")).configShow,
  },
  {
    name: "config get",
    summary: "one setting",
    takes: "KEY",
    words: [1, 1],
    options: [],
    load: async () => (await import("./commands/config_get.ts")).configGet,
  },
  {
    name: "config set",
    summary: "change settings",
    takes: "[KEY VALUE]",
    words: [0, 2],
    options: [
      { name: "max-retries", value: "N", help: "how often a failed job is run again (3)" },
      { name: "backoff-base", value: "SECONDS", help: "before the first retry (2)" },
      {
        name: "backoff-factor",
        value: "N",
        help: "what each further delay is multiplied by (the base)",
      },
      { name: "backoff-max", value: "SECONDS", help: "no delay is longer (3600)" },
      { name: "jitter", value: "0-1", help: "share of a delay by which it is spread (0)" },
      { name: "timeout", value: "SECONDS", help: "what an attempt may take, or none (none)" },
      { name: "worker-count", value: "N", help: "jobs that a worker runs at once (1)" },
      {
        name: "poll-interval",
        value: "SECONDS",
        help: "between looks at what no event told of (1)",
      },
      { name: "kill-grace", value: "SECONDS", help: "between SIGTERM and SIGKILL (5)" },
      {
        name: "fsync",
        value: "true|false",
        values: ["true", "false"],
        help: "flush each step to disk (true)",
      },
    ],
    load: async () => (await import("./commands/config_set.ts")).configSet,
  },
  {
    name: "config reset",
    summary: "give one setting, or all, the default back",
    takes: "[KEY]",
    words: [0, 1],
    options: [],
    load: async () => (await import("./commands/config_reset.ts")).configReset,
  },
  {
    name: "doctor",
    summary: "check the queue, and mend what is safe to mend",
    takes: "",
    words: [0, 0],
    options: [{ name: "repair", help: "mend what is safe to mend; what might be a job is kept" }],
    details: [
      "Safe while workers run. Exit status: 0 if all is well or was mended, else 1.",
    ],
    load: async () => (await import("./commands/doctor.ts")).doctor,
  },
  {
    name: "completions",
    summary: "print a completion script for bash, zsh or fish",
    takes: "SHELL",
    words: [1, 1],
    options: [],
    details: ['bash: eval "$(queuectl completions bash)"'],
    load: async () => (await import("./commands/completions.ts")).completions,
  },
];
