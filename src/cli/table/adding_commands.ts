/**
 * The table's part of adding jobs, and the options that say what job to add.
 *
 * @module
 */

import { JOB_FIELDS, optionName } from "../../format/job_fields.ts";
import { ANY, type Command } from "./command.ts";
import type { Option } from "./option.ts";

/** The option that gives a job a field: `--max-retries` for `max_retries`. */
function fieldOption(field: string): Option {
  const { value, values, short, many, help, default: usual } = JOB_FIELDS.get(field)!;
  return {
    name: optionName(field),
    value,
    values,
    short,
    many,
    help: usual === undefined ? help! : `${help} (default: ${usual})`,
  };
}

/** The options that `enqueue` and `run` share. */
export const ENQUEUE_OPTIONS: readonly Option[] = [
  ...[...JOB_FIELDS].flatMap(([field, { help }]) => {
    if (help === undefined || field === "hold") return [];
    const option = fieldOption(field);
    return field === "unique"
      ? [option, { name: "unique-fail", help: "then exit with 1" }]
      : [option];
  }),
  { name: "strict", help: "refuse a JSON job that has a field of an unknown name" },
];

/** The options of `run` alone. */
export const RUN_OPTIONS: readonly Option[] = [
  { name: "no-stdin", help: "read no stdin, and leave it to what comes after" },
];

/** The options of `enqueue` alone: to add a job and not wait for it, or many at once. */
export const FILE_OPTIONS: readonly Option[] = [
  fieldOption("hold"),
  {
    name: "file",
    short: "f",
    value: "FILE",
    values: "file",
    help: "add one job for each line, shell text or JSON (-: stdin)",
  },
  { name: "skip", value: "N", help: "leave out the first N jobs of --file" },
  { name: "null", help: "the jobs of --file end with NUL, and may be of several lines" },
  { name: "no-comments", help: "take lines of --file that begin with # as jobs too" },
];

const SHELL =
  "Shell text is for /bin/sh, which knows no &>, no [[ and no {1..3}: see --shell, config shell.";

const OUTPUT_FILES = [
  "The command may write to the file $QUEUECTL_PROGRESS how far it is (42, 42/100 or words), and",
  "to $QUEUECTL_RESULT what is to be kept in the job as its result, up to 64 KB.",
];

/** Adding jobs. In the order that the help shows them. */
export const ADDING_COMMANDS: readonly Command[] = [
  {
    name: "enqueue",
    module: "add/enqueue",
    summary: "add a job; prints its ID",
    takes: "COMMAND…",
    words: [0, ANY],
    endAfter: 1,
    options: [...ENQUEUE_OPTIONS, ...FILE_OPTIONS],
    details: [
      "One argument is shell text, several are a program and its arguments, and one that",
      `begins like a JSON object is a job: '{"command": "sleep 2", "priority": 9}'. Its fields have`,
      `the names of options, with - or _; {"command": ["program", "argument"]} is an argv.`,
      "Options come before the command; after -- everything is the command.",
      SHELL,
      "With --stdin the job is added once its input has ended; each attempt reads it from the",
      "beginning. It is removed with the job.",
      ...OUTPUT_FILES,
    ],
  },
  {
    name: "run",
    module: "add/run",
    summary: "add a job, show its output live, exit with its exit status",
    takes: "COMMAND…",
    words: [0, ANY],
    endAfter: 1,
    options: [...ENQUEUE_OPTIONS, ...RUN_OPTIONS],
    details: [
      "Works the job itself if no worker is alive, retries included.",
      SHELL,
      "A stdin that is a pipe, a socket or a file is read to its end, kept with the job, and read",
      "by each attempt from the beginning; that of a terminal or device only with --stdin. In a",
      "loop such as `while read`, whose input it would take, give --no-stdin.",
      ...OUTPUT_FILES,
      "Exit status: the job's; 128 + N if signal N ended it; 124 if it ran out of time.",
    ],
  },
];
