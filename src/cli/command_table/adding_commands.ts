/**
 * The table's part of adding jobs, and the options that say what job to add.
 *
 * @module
 */

import { ANY, type Command } from "../command.ts";
import type { Option } from "../option.ts";

/** The options that `enqueue` and `run` share. */
export const ENQUEUE_OPTIONS: readonly Option[] = [
  { name: "command", value: "CMD", help: "the command as shell text, instead of words at the end" },
  { name: "id", value: "ID", help: "1 to 64 letters, digits, - or _ (default: a new ULID)" },
  { name: "priority", short: "p", value: "0-9", help: "higher runs first (default: 5)" },
  { name: "delay", value: "DUR", help: "not before this span is over: 90, 90s, 10m, 1h30m, 2d" },
  { name: "at", value: "TIME", help: "not before: ISO 8601, 18:30, 'tomorrow 9am', +2h, or now" },
  { name: "timeout", value: "DUR", help: "end an attempt that takes longer, or none" },
  { name: "max-retries", value: "N", help: "how often to run it again if it fails" },
  { name: "backoff-base", value: "DUR", help: "wait before the first retry" },
  { name: "backoff-factor", value: "N", help: "what each further wait is multiplied by" },
  {
    name: "resource",
    value: "NAME[=N]",
    values: "resource",
    many: true,
    help: "needs 1 or N places while it runs (config resources.NAME); repeatable",
  },
  {
    name: "after",
    values: "id",
    value: "ID[,ID]",
    many: true,
    help: "not before these are done; if one ends dead, so does it",
  },
  { name: "after-any", help: "run it however those of --after end" },
  {
    name: "unique",
    value: "KEY",
    help: "if a job with this key has not ended, add none and give that one's ID",
  },
  { name: "unique-fail", help: "then exit with 1" },
  { name: "give-up-on", value: "LIST", help: "no retry after these exit statuses: 2,64-78" },
  { name: "retry-on", value: "LIST", help: "no retry after any but these exit statuses" },
  { name: "tempfail", help: "exit status 75 means: run it again, and do not count this time" },
  { name: "cwd", value: "PATH", values: "directory", help: "where it runs (default: here)" },
  {
    name: "env",
    short: "e",
    value: "K[=V]",
    many: true,
    help: "set in its environment, without =V to what it is here; repeatable",
  },
];

/** The options of `enqueue` alone: to add a job and not wait for it, or many at once. */
export const FILE_OPTIONS: readonly Option[] = [
  { name: "hold", help: "hold it: it does not run before queuectl release" },
  {
    name: "file",
    short: "f",
    value: "FILE",
    values: "file",
    help: "add one job for each line, shell text or JSON (-: stdin)",
  },
  { name: "skip", value: "N", help: "leave out the first N jobs of --file" },
];

const OUTPUT_FILES = [
  "The command may write to the file $QUEUECTL_PROGRESS how far it is (42, 42/100 or words), and",
  "to $QUEUECTL_RESULT what is to be kept in the job as its result, up to 64 KB.",
];

/** Adding jobs. In the order that the help shows them. */
export const ADDING_COMMANDS: readonly Command[] = [
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
      ...OUTPUT_FILES,
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
      ...OUTPUT_FILES,
      "Exit status: the job's; 128 + N if signal N ended it; 124 if it ran out of time.",
    ],
  },
];
