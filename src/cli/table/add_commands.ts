/**
 * Add: the commands that add jobs, and the options that describe a job.
 *
 * @module
 */

import { JOB_FIELDS, type JobField, optionName } from "../../format/job_fields.ts";
import type { Command } from "./command.ts";
import type { Option } from "./option.ts";

/** The option that gives a job a field: `--max-retries` for `max_retries`. */
function fieldOption(name: string, field: JobField = JOB_FIELDS.get(name)!): Option {
  const { value, values, short, many, help, default: usual } = field;
  return {
    name: optionName(name),
    value,
    values,
    short,
    many,
    help: usual === undefined ? help! : `${help} (default: ${usual})`,
  };
}

/** The options of `enqueue` and `run`. */
export const ENQUEUE_OPTIONS: readonly Option[] = [
  ...fieldOptions(),
  {
    name: "env-file",
    value: "FILE",
    values: "file",
    many: true,
    help: "set the variables in a file of NAME=VALUE lines; --env wins; repeatable",
  },
  { name: "capture-env", help: "set all variables that are set here (config capture_env: always)" },
  { name: "strict", help: "refuse a JSON job with an unknown field" },
];

function fieldOptions(): Option[] {
  const options: Option[] = [];
  JOB_FIELDS.forEach((field, name) => {
    if (field.help === undefined || name === "hold" || name === "now") return;
    options.push(fieldOption(name, field));
    if (name === "unique") {
      options.push({ name: "unique-fail", help: "with --unique: exit 1 if the key is taken" });
    }
  });
  return options;
}

/** The options of `run` alone. */
export const RUN_OPTIONS: readonly Option[] = [
  { name: "no-stdin", help: "read no stdin, and leave it to what runs next" },
];

/** The options of `enqueue` alone. */
export const FILE_OPTIONS: readonly Option[] = [
  fieldOption("hold"),
  fieldOption("now"),
  {
    name: "file",
    short: "f",
    value: "FILE",
    values: "file",
    help: "add one job for each line, shell text or JSON (-: stdin)",
  },
  { name: "skip", value: "N", help: "skip the first N jobs of --file" },
  { name: "null", help: "the jobs of --file end with NUL, not with a newline" },
  {
    name: "start",
    help: "start a worker if none lives; it exits when idle (config autostart: always)",
  },
  { name: "no-comments", help: "lines of --file that begin with # are jobs too" },
];

const START = FILE_OPTIONS.find(({ name }) => name === "start")!;

/** What makes no sense for many jobs at once. */
const OF_ONE_JOB = new Set(["command", "id", "unique", "unique-fail", "stdin", "strict"]);

/** The options of `map`. */
export const MAP_OPTIONS: readonly Option[] = [
  ...ENQUEUE_OPTIONS.filter(({ name }) => !OF_ONE_JOB.has(name)),
  fieldOption("hold"),
  {
    name: "arg-file",
    short: "a",
    value: "FILE",
    values: "file",
    help: "read the arguments from FILE, one a line (-: stdin)",
  },
  {
    name: "null",
    short: "0",
    help: "the arguments that are read end with NUL, not with a newline",
  },
  { name: "in-order", short: "k", help: "print the outputs in the order of the arguments" },
  { name: "detach", help: "do not wait: print the tag and exit" },
  START,
];

const SHELL_TEXT =
  "Shell text is for /bin/sh, which has no &>, no [[ and no {1..3}: see --shell and config shell. " +
  "Options come before the command; everything after -- is the command.";

const OUTPUT_FILES =
  "The command may write its progress (42, 42/100 or words) to the file $QUEUECTL_PROGRESS, and " +
  "up to 64 KB that the job keeps as its result to the file $QUEUECTL_RESULT.";

/** The commands under Add. */
export const ADD_COMMANDS: readonly Command[] = [
  {
    name: "enqueue",
    aliases: ["add"],
    module: "add/enqueue",
    summary: "add a job and print its ID",
    takes: "COMMAND…",
    bounds: [0, Infinity],
    endAfter: 1,
    options: [...ENQUEUE_OPTIONS, ...FILE_OPTIONS],
    details: [
      "One argument is shell text, several are a program and its arguments, and one that begins " +
      "like a JSON object is a job. Its fields have the names of options, with - or _, and its " +
      'command may be an array: {"command": ["PROGRAM", "ARGUMENT"]}.',
      SHELL_TEXT,
      "With --stdin the job is added once its input has ended, and each attempt reads all of it.",
      OUTPUT_FILES,
    ],
    examples: [
      "queuectl enqueue --priority 9 'make -C /srv/site > build.log'",
      "queuectl enqueue --delay 10m --max-retries 5 rsync -a photos/ backup:photos/",
      `queuectl enqueue '{"command": "sleep 2", "timeout": "5m"}'`,
      "queuectl enqueue --file jobs.txt",
    ],
  },
  {
    name: "run",
    module: "add/run",
    summary: "add a job, show its output, exit with its status",
    takes: "COMMAND…",
    bounds: [0, Infinity],
    endAfter: 1,
    options: [...ENQUEUE_OPTIONS, ...RUN_OPTIONS],
    details: [
      "Works the job itself, retries included, if no worker is alive.",
      SHELL_TEXT,
      "A stdin that is a pipe, a socket or a file is read to its end, and each attempt reads all " +
      "of it; a terminal or a device is read with --stdin only. In a loop such as `while read`, " +
      "whose input it would take, give --no-stdin.",
      OUTPUT_FILES,
      "Exit status: the job's; 128 + N if signal N ended it; 124 if it ran out of time.",
    ],
    examples: [
      "queuectl run make test",
      "pg_dump shop | queuectl run --max-retries 5 'ssh backup \"cat > shop.sql\"'",
    ],
  },
  {
    name: "map",
    module: "add/map",
    summary: "add a job for each argument, wait, and print what they print",
    takes: "COMMAND [ARG…]",
    bounds: [1, Infinity],
    endAfter: 1,
    options: MAP_OPTIONS,
    details: [
      "The first word is shell text, the others are the arguments; without any, or with --arg-file " +
      "or --null, they are read from stdin, one a line. If ::: stands before the arguments, or " +
      "they are read, several words are a program and its arguments.",
      "In the command {} is the argument, {.} without its extension, {/} the last part of its path, " +
      "{//} its directory, {/.} the last part without its extension, and {#} its number. Each is " +
      "quoted for the place where it stands, also within quotes. Without any of them the argument " +
      "is added at the end. There is no {%}. An argument that is not UTF-8 is refused.",
      "All jobs get a tag: --tag, or a new one, which is printed. The same call with the same --tag " +
      "adds only the jobs that are not there yet, and waits for all: so a call that was killed goes " +
      "on where it was. Up to 10,000 jobs are added at once, or none of them.",
      "The output of each job is printed once it has ended: of its last attempt. A worker is started " +
      "if none lives, as by --start, unless --detach is given.",
      "Exit status: 0 if all jobs are done, else 1.",
    ],
    examples: [
      "queuectl map 'convert {} {.}.webp' *.png",
      "queuectl map --tag webp --max-retries 0 convert {} {.}.webp ::: *.png",
      "find . -name '*.log' -print0 | queuectl map -0 gzip",
    ],
  },
];
