/**
 * The table's part of looking at jobs, and what people do to them.
 *
 * @module
 */

import { ANY, type Command } from "./command.ts";
import { STATE, YES } from "./shared_options.ts";

/** Looking at jobs, and what people do to them. In the order that the help shows them. */
export const JOB_COMMANDS: readonly Command[] = [
  {
    name: "list",
    module: "watch/list",
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
    module: "control/jobs",
    summary: "everything about a job",
    takes: "ID",
    words: [1, 1],
    options: [],
  },
  {
    name: "logs",
    module: "watch/logs",
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
    module: "watch/wait",
    summary: "wait until jobs are done or dead; exits 0 only if all are done",
    takes: "ID…",
    words: [1, ANY],
    options: [],
  },
  {
    name: "cancel",
    module: "control/cancel",
    summary: "call jobs off, whether they wait or run: they end dead",
    takes: "ID…",
    words: [1, ANY],
    options: [],
    details: ["What runs gets SIGTERM, then SIGKILL after config kill_grace; on any machine."],
  },
  {
    name: "hold",
    module: "control/jobs",
    summary: "hold waiting jobs until they are released",
    takes: "ID…",
    words: [1, ANY],
    options: [],
  },
  {
    name: "release",
    module: "control/jobs",
    summary: "let held jobs go",
    takes: "ID…",
    words: [1, ANY],
    options: [],
  },
  {
    name: "retry",
    module: "control/jobs",
    summary: "run jobs again, now, that have ended or wait for their retry",
    takes: "ID…",
    words: [1, ANY],
    options: [],
  },
  {
    name: "edit",
    module: "control/edit",
    summary: "change a waiting job in $VISUAL or $EDITOR",
    takes: "ID",
    words: [1, 1],
    options: [],
    details: ["What is no job is refused, and the job stays as it was."],
  },
  {
    name: "move",
    module: "control/jobs",
    summary: "give waiting jobs another priority or time",
    takes: "ID…",
    words: [1, ANY],
    options: [
      { name: "priority", short: "p", value: "0-9", help: "higher runs first" },
      { name: "at", value: "TIME", help: "as with enqueue, or now" },
      { name: "delay", value: "DUR", help: "not before this span is over: 90, 90s, 10m" },
    ],
  },
  {
    name: "dlq list",
    module: "control/dlq",
    summary: "a table of dead jobs",
    takes: "",
    words: [0, 0],
    options: [{ name: "limit", short: "n", value: "N", help: "at most N jobs, the newest" }],
  },
  {
    name: "dlq show",
    module: "control/dlq",
    summary: "everything about a dead job",
    takes: "ID",
    words: [1, 1],
    options: [],
  },
  {
    name: "dlq retry",
    module: "control/dlq",
    summary: "make dead jobs pending again, with a fresh count of attempts",
    takes: "ID…",
    words: [0, ANY],
    options: [
      { name: "all", help: "every dead job that failed; a cancelled one only with --cancelled" },
      { name: "cancelled", help: "every dead job that was cancelled" },
    ],
  },
  {
    name: "dlq clear",
    module: "control/dlq",
    summary: "remove all dead jobs",
    takes: "",
    words: [0, 0],
    options: [YES],
    details: ["Asks on a terminal."],
  },
  {
    name: "rm",
    module: "control/jobs",
    summary: "remove jobs that do not run",
    takes: "ID…",
    words: [1, ANY],
    options: [],
  },
];
