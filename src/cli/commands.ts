/**
 * The one table of commands. The dispatch, the help and the completions are made of it.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { ENQUEUE_OPTIONS, FILE_OPTIONS } from "./enqueue_options.ts";
import type { Option } from "./option.ts";
import { SCHEDULE_OPTIONS } from "./schedule_options.ts";

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
  schedule: "jobs that are added again and again, by the clock",
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
  },
  {
    name: "worker stop",
    summary: "let workers finish what they run and leave",
    takes: "[NAME…]",
    words: [0, ANY],
    options: [{ name: "now", help: "kill what runs and put it back, uncharged" }],
    details: ["All workers, or those named. Waits until they have left."],
  },
  {
    name: "worker list",
    summary: "live workers and what each runs",
    takes: "",
    words: [0, 0],
    options: [],
  },
  {
    name: "worker pause",
    summary: "claim nothing new until resumed",
    takes: "",
    words: [0, 0],
    options: [],
  },
  {
    name: "worker resume",
    summary: "go on after a pause",
    takes: "",
    words: [0, 0],
    options: [],
  },
  {
    name: "status",
    summary: "how many jobs are in each state, and who works",
    takes: "",
    words: [0, 0],
    options: [{ name: "watch", short: "w", help: "live, on the whole terminal; q quits" }],
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
  },
  {
    name: "show",
    summary: "everything about a job",
    takes: "ID",
    words: [1, 1],
    options: [],
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
  },
  {
    name: "wait",
    summary: "wait until jobs are done or dead; exits 0 only if all are done",
    takes: "ID…",
    words: [1, ANY],
    options: [],
  },
  {
    name: "cancel",
    summary: "call jobs off, whether they wait or run: they end dead",
    takes: "ID…",
    words: [1, ANY],
    options: [],
    details: ["What runs gets SIGTERM, then SIGKILL after config kill_grace; on any machine."],
  },
  {
    name: "hold",
    summary: "hold waiting jobs until they are released",
    takes: "ID…",
    words: [1, ANY],
    options: [],
  },
  {
    name: "release",
    summary: "let held jobs go",
    takes: "ID…",
    words: [1, ANY],
    options: [],
  },
  {
    name: "retry",
    summary: "run jobs again, now, that have ended or wait for their retry",
    takes: "ID…",
    words: [1, ANY],
    options: [],
  },
  {
    name: "edit",
    summary: "change a waiting job in $VISUAL or $EDITOR",
    takes: "ID",
    words: [1, 1],
    options: [],
    details: ["What is no job is refused, and the job stays as it was."],
  },
  {
    name: "move",
    summary: "give waiting jobs another priority or time",
    takes: "ID…",
    words: [1, ANY],
    options: [
      { name: "priority", short: "p", value: "0-9", help: "higher runs first" },
      { name: "at", value: "TIME", help: "not before: ISO 8601, HH:MM for the next, or now" },
    ],
  },
  {
    name: "dlq list",
    summary: "a table of dead jobs",
    takes: "",
    words: [0, 0],
    options: [{ name: "limit", short: "n", value: "N", help: "at most N jobs, the newest" }],
  },
  {
    name: "dlq show",
    summary: "everything about a dead job",
    takes: "ID",
    words: [1, 1],
    options: [],
  },
  {
    name: "dlq retry",
    summary: "make dead jobs pending again, with a fresh count of attempts",
    takes: "ID…",
    words: [0, ANY],
    options: [{ name: "all", help: "every dead job" }],
  },
  {
    name: "dlq clear",
    summary: "remove all dead jobs",
    takes: "",
    words: [0, 0],
    options: [YES],
    details: ["Asks on a terminal."],
  },
  {
    name: "rm",
    summary: "remove jobs that do not run",
    takes: "ID…",
    words: [1, ANY],
    options: [],
  },
  {
    name: "schedule add",
    summary: "add a job again and again, by the clock",
    takes: "NAME WHEN COMMAND…",
    words: [2, ANY],
    verbatim: 3,
    options: SCHEDULE_OPTIONS,
    details: [
      "WHEN: five or six cron fields, '30 2 * * *' (six: seconds in front), @hourly, @daily,",
      "@weekly, @monthly, @yearly, or 'every 90s'. Options come before the command.",
      "Each time is run once, by whichever worker is alive; its job's ID is NAME-TIME.",
    ],
  },
  {
    name: "schedule list",
    summary: "schedules and their next three times",
    takes: "",
    words: [0, 0],
    options: [],
  },
  {
    name: "schedule show",
    summary: "a schedule, its last job, and the times it let pass",
    takes: "NAME",
    words: [1, 1],
    options: [],
  },
  {
    name: "schedule rm",
    summary: "remove schedules; the jobs that they added stay",
    takes: "NAME…",
    words: [1, ANY],
    options: [],
  },
  {
    name: "schedule pause",
    summary: "no more jobs from schedules until resumed",
    takes: "NAME…",
    words: [1, ANY],
    options: [],
  },
  {
    name: "schedule resume",
    summary: "go on after a pause, with the next time",
    takes: "NAME…",
    words: [1, ANY],
    options: [],
  },
  {
    name: "schedule run",
    summary: "add a schedule's job now; prints its ID",
    takes: "NAME",
    words: [1, 1],
    options: [],
  },
  {
    name: "prune",
    summary: "remove jobs that have ended, with their logs",
    takes: "",
    words: [0, 0],
    options: [
      {
        name: "state",
        value: "STATES",
        values: ["done", "dead", "done,dead"],
        help: "where: done, dead or done,dead (done,dead)",
      },
      { name: "older-than", value: "DUR", help: "only what ended longer ago: 12h, 7d" },
      { name: "keep", value: "N", help: "the N of each state that ended last stay" },
      { name: "dry-run", help: "only tell how many" },
    ],
    details: [
      "What others wait for stays. With --older-than the history of days past goes too.",
      "config keep_done and keep_dead let workers do this by themselves.",
    ],
  },
  {
    name: "stats",
    summary: "throughput, success rate, waiting and running times",
    takes: "",
    words: [0, 0],
    options: [{ name: "since", value: "DUR", help: "how far back: 10m, 1h, 7d (1h)" }],
  },
  {
    name: "queue clear",
    summary: "remove all pending jobs, or all of a state",
    takes: "",
    words: [0, 0],
    options: [{ ...STATE, help: "the state to clear (default: pending)" }, YES],
    details: ["Asks on a terminal; elsewhere --yes is needed."],
  },
  {
    name: "queue path",
    summary: "print the queue's directory",
    takes: "",
    words: [0, 0],
    options: [],
  },
  {
    name: "config show",
    summary: "all settings",
    takes: "",
    words: [0, 0],
    options: [],
  },
  {
    name: "config get",
    summary: "one setting",
    takes: "KEY",
    words: [1, 1],
    options: [],
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
      {
        name: "concurrency",
        value: "N",
        help: "jobs at once over all workers and machines, or none (none)",
      },
      {
        name: "keep-done",
        value: "N|DUR",
        help: "how much of done/ stays: 1000, 7d, or none: all (none)",
      },
      { name: "keep-dead", value: "N|DUR", help: "how much of dead/ stays, likewise (none)" },
      { name: "on-done", value: "CMD", help: "shell text that is run after a job is done (none)" },
      { name: "on-dead", value: "CMD", help: "shell text that is run after a job is dead (none)" },
    ],
    details: ["How many jobs may use a resource at once: config set resources.NAME N"],
  },
  {
    name: "config reset",
    summary: "give one setting, or all, the default back",
    takes: "[KEY]",
    words: [0, 1],
    options: [],
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
  },
  {
    name: "completions",
    summary: "print a completion script for bash, zsh or fish",
    takes: "SHELL",
    words: [1, 1],
    options: [],
    details: ['bash: eval "$(queuectl completions bash)"'],
  },
];
