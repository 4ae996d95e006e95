/**
 * The fields of a job: what each may hold, and how it is given on the command line. Whoever adds a field adds it here,
 * to {@linkcode JOB_FIELDS}, to `JobInput` and `Job` in job.ts, and where it is heeded.
 *
 * @module
 */

import { HELD_TIME, ID_PATTERN, JOB_STATES } from "./names.ts";

/** The longest command, in bytes: the kernel passes at most 128 KiB in one argument. */
export const MAX_COMMAND_BYTES = 100 * 1024;

/** The longest `NAME=VALUE` of an environment, in bytes: MAX_ARG_STRLEN of execve(2) without the NUL at its end. */
const MAX_VARIABLE_BYTES = 128 * 1024 - 1;

/** How deep the arrays and objects in a job may be nested. Much deeper ones could be read but not written. */
const MAX_DEPTH = 100;

/** Looks at a value; a sentence's end if it is not right, such as `must be a string`. */
export type Check = (value: unknown) => string | undefined;

/** Takes a whole number within bounds. */
export const wholeNumber = (least: number, most: number): Check => (value) =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most
    ? undefined
    : `must be a whole number from ${least} to ${most}`;

/** A century, in seconds: what is longer is a slip of the keyboard. */
export const LONGEST_SPAN = 36500 * 86400;

/** Takes a number of seconds within bounds; `isAbove` that are not the least. */
export const seconds =
  (least: number, most: number = LONGEST_SPAN, isAbove: boolean = false): Check => (value) =>
    typeof value === "number" && value <= most && (isAbove ? value > least : value >= least)
      ? undefined
      : `must be a number of seconds ${isAbove ? "above" : "from"} ${least} ` +
        `${isAbove ? "and up to" : "to"} ${most}${most === LONGEST_SPAN ? " (36500d)" : ""}`;

/** Takes a number within bounds. */
export const number = (least: number, most: number): Check => (value) =>
  typeof value === "number" && value >= least && value <= most
    ? undefined
    : `must be a number from ${least} to ${most}`;

/** Takes `null` as well, which words call none. */
export const orNone = (check: Check): Check => (value) => {
  const fault = value === null ? undefined : check(value);
  return fault && `${fault}, or none`;
};

const text: Check = (value) =>
  typeof value !== "string"
    ? "must be a string"
    : value.includes("\0")
    ? "must not contain a NUL"
    : !value.isWellFormed()
    ? "must not contain half a character (a lone surrogate)"
    : undefined;

const string: Check = (value) => typeof value === "string" ? undefined : "must be a string";

const oneOf = (words: readonly string[]): Check => (value) =>
  typeof value === "string" && words.includes(value)
    ? undefined
    : `must be one of ${words.join(", ")}`;

const time: Check = (value) =>
  typeof value === "string" && !Number.isNaN(Date.parse(value))
    ? undefined
    : "must be a time such as 2026-11-22T09:00:00Z";

/** A time as late as that of a held job would be taken for one. */
const readyTime: Check = (value) =>
  time(value) ??
    (Date.parse(value as string) < HELD_TIME ? undefined : "must be before the year 9998");

/** Takes true and false. */
export const flag: Check = (value) =>
  typeof value === "boolean" ? undefined : "must be true or false";

/** Takes the path of a shell: whether there is one shows on the machine that runs the job. */
const shellPath: Check = (value) =>
  text(value) ??
    (/^\/./.test(value as string) && !isLonger(value as string, 4095)
      ? undefined
      : "must be the absolute path of a shell, such as /bin/bash");

const statuses: Check = (value) =>
  typeof value === "string" && parseStatuses(value) !== undefined
    ? undefined
    : "must be exit statuses from 0 to 255 such as 2,64-78";

/**
 * The exit statuses that a list such as `2,64-78` names.
 *
 * @returns Pairs of first and last, or `undefined` if it is no such list.
 */
export function parseStatuses(list: string): [first: number, last: number][] | undefined {
  const ranges: [number, number][] = [];
  for (const part of list.split(",")) {
    const match = /^\s*(\d{1,3})(?:-(\d{1,3}))?\s*$/.exec(part);
    if (!match) return undefined;
    const [first, last] = [Number(match[1]), Number(match[2] ?? match[1])];
    if (first > last || last > 255) return undefined;
    ranges.push([first, last]);
  }
  return ranges;
}

const environment: Check = (value) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return "must be an object of strings";
  }
  for (const [name, content] of Object.entries(value)) {
    if (name === "" || /[=\0]/.test(name)) {
      return `has a name that no environment can hold: ${JSON.stringify(name)}`;
    }
    const fault = text(content);
    if (fault) return `"${name}" ${fault}`;
    if (isLonger(`${name}=${content}`, MAX_VARIABLE_BYTES)) {
      return `"${name}" must not be longer than 128 KB with its name; put it in a file`;
    }
  }
};

/** Whether a text takes more bytes than so many. */
function isLonger(text: string, bytes: number): boolean {
  // A character is at most 3 bytes for each UTF-16 unit: most texts need no encoding.
  return text.length * 3 > bytes && new TextEncoder().encode(text).length > bytes;
}

const RESOURCE_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** The most resources that a job may need: it has a lock for each of their places. */
const MOST_RESOURCES = 64;

const resources: Check = (value) => {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const needs = isObject ? Object.entries(value) : [];
  if (!isObject || needs.length > MOST_RESOURCES) {
    return `must be an object of at most ${MOST_RESOURCES} numbers of places such as {"gpu": 2}`;
  }
  for (const [name, places] of needs) {
    if (!RESOURCE_NAME.test(name)) {
      return `has a name that is not 1 to 64 letters, digits, - or _: ${JSON.stringify(name)}`;
    }
    const fault = wholeNumber(1, 1024)(places);
    if (fault) return `"${name}" ${fault}`;
  }
};

/** A field of a job, as whoever adds the job gives it. */
export interface JobField {
  /** What may be in it. `undefined` and a missing field are the same. */
  readonly check: Check;
  /** The field that it sets, in which alone a job is kept: it is only another way to say that. */
  readonly sets?: string;
  /** How words of the command line become its value: as they are, as one of these, or in a way of its own. */
  readonly type?: "number" | "span" | "flag";
  /** What its option does, in a few words. Missing: it has no option. */
  readonly help?: string;
  /** What the option's value is called in the help. Missing: the option takes none. */
  readonly value?: string;
  /** The option's one letter. */
  readonly short?: string;
  /** Whether the option may be repeated, and all count. */
  readonly many?: true;
  /** What the option's value can be, for completions. */
  readonly values?: "directory" | "file" | "id" | "resource";
}

/** The fields that whoever adds a job may give it, in the order that the help shows their options. */
export const JOB_FIELDS: ReadonlyMap<string, JobField> = new Map(Object.entries<JobField>({
  command: {
    check(value) {
      const fault = text(value);
      if (fault) return fault;
      const command = value as string;
      if (command.trim() === "") return "must not be empty";
      return isLonger(command, MAX_COMMAND_BYTES)
        ? "must not be longer than 100 KB; put it in a script"
        : undefined;
    },
    value: "CMD",
    help: "the command as shell text, instead of words at the end",
  },
  id: {
    check: (value) =>
      typeof value === "string" && ID_PATTERN.test(value)
        ? undefined
        : "must be 1 to 64 letters, digits, - or _, beginning with a letter or digit",
    value: "ID",
    help: "1 to 64 letters, digits, - or _ (default: a new ULID)",
  },
  priority: {
    check: wholeNumber(0, 9),
    type: "number",
    short: "p",
    value: "0-9",
    help: "higher runs first (default: 5)",
  },
  run_at: { check: readyTime },
  delay: {
    sets: "run_at",
    check: seconds(0),
    type: "span",
    value: "DUR",
    help: "not before this span is over: 90, 90s, 10m, 1h30m, 2d",
  },
  at: {
    sets: "run_at",
    check: text,
    value: "TIME",
    help: "not before: ISO 8601, 18:30, 'tomorrow 9am', +2h, or now",
  },
  timeout: {
    check: orNone(seconds(0, LONGEST_SPAN, true)),
    type: "span",
    value: "DUR",
    help: "end an attempt that takes longer, or none",
  },
  max_retries: {
    check: wholeNumber(0, 1_000_000),
    type: "number",
    value: "N",
    help: "how often to run it again if it fails",
  },
  backoff_base: {
    check: seconds(0),
    type: "span",
    value: "DUR",
    help: "wait before the first retry",
  },
  backoff_factor: {
    check: number(0, 1_000_000),
    type: "number",
    value: "N",
    help: "what each further wait is multiplied by",
  },
  resource: {
    check: (value) =>
      typeof value === "string" && RESOURCE_NAME.test(value)
        ? undefined
        : "must be 1 to 64 letters, digits, - or _",
    value: "NAME[=N]",
    values: "resource",
    many: true,
    help: "needs 1 or N places while it runs (config resources.NAME); repeatable",
  },
  resources: { check: resources },
  after: {
    check: (value) =>
      Array.isArray(value) && value.length <= 1000 &&
        value.every((id) => typeof id === "string" && ID_PATTERN.test(id))
        ? undefined
        : "must be an array of at most 1000 job IDs",
    value: "ID[,ID]",
    values: "id",
    many: true,
    help: "not before these are done; if one ends dead, so does it",
  },
  after_any: { check: flag, type: "flag", help: "run it however those of --after end" },
  unique: {
    check: (value) => text(value) ?? (value === "" ? "must not be empty" : undefined),
    value: "KEY",
    help: "if a job with this key has not ended, add none and give that one's ID",
  },
  give_up_on: {
    check: statuses,
    value: "LIST",
    help: "no retry after these exit statuses: 2,64-78",
  },
  retry_on: {
    check: statuses,
    value: "LIST",
    help: "no retry after any but these exit statuses",
  },
  tempfail: {
    check: flag,
    type: "flag",
    help: "exit status 75 means: run it again, and do not count this time",
  },
  shell: {
    check: shellPath,
    value: "PATH",
    values: "file",
    help: "what the command is given to, instead of /bin/sh: /bin/bash",
  },
  cwd: {
    check: (value) => text(value) ?? (value === "" ? "must not be empty" : undefined),
    value: "PATH",
    values: "directory",
    help: "where it runs (default: here)",
  },
  env: {
    check: environment,
    short: "e",
    value: "K[=V]",
    many: true,
    help: "set in its environment, without =V to what it is here; repeatable",
  },
  stdin: {
    check: flag,
    type: "flag",
    help: "have it read what this command's stdin gives, up to its end",
  },
  hold: {
    check: flag,
    type: "flag",
    help: "hold it: it does not run before queuectl release",
  },
}));

/** The name of the option for a field, without dashes: `max-retries` for `max_retries`. */
export function optionName(field: string): string {
  return field.replaceAll("_", "-");
}

/** Fields that queuectl sets as well, and that may come with a job that was in a queue before. */
const KEPT: Record<string, Check> = {
  reason: string,
  result: string,
  result_encoding: oneOf(["base64"]),
};

/** How an attempt can end. */
export const OUTCOMES = ["done", "failed", "timeout", "cancelled", "lost"] as const;

const position = wholeNumber(0, Number.MAX_SAFE_INTEGER);

/** What each field of an attempt may hold. A hand-written one may leave any of them out. */
const FIELDS_OF_ATTEMPT: readonly (readonly [string, Check])[] = Object.entries({
  attempt: position,
  worker: string,
  started_at: time,
  finished_at: time,
  duration_ms: (value: unknown) => Number.isFinite(value) ? undefined : "must be a number",
  exit_code: orNone(wholeNumber(0, 255)),
  signal: orNone(string),
  outcome: oneOf(OUTCOMES),
  log_offset: position,
  led_to: oneOf(JOB_STATES),
  log_end: position,
  reason: string,
});

const attempts: Check = (value) => {
  const isOfObjects = Array.isArray(value) &&
    value.every((entry) => typeof entry === "object" && entry !== null);
  if (!isOfObjects) return "must be an array of attempts";
  for (const [index, attempt] of value.entries()) {
    for (const [name, check] of FIELDS_OF_ATTEMPT) {
      const fault = attempt[name] === undefined ? undefined : check(attempt[name]);
      if (fault !== undefined) return `entry ${index + 1}: ${name} ${fault}`;
    }
  }
};

/** What only queuectl itself writes; checked in a file, so that later code can rely on it. */
const RECORDED: Record<string, Check> = {
  created_at: time,
  updated_at: time,
  attempts: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  history: attempts,
};

/** What may be in an input. */
export const CHECKS_OF_INPUT: ReadonlyMap<string, Check> = new Map([
  ...[...JOB_FIELDS].flatMap(([name, { sets, check }]): [string, Check][] =>
    sets === undefined ? [[name, check]] : []
  ),
  ...Object.entries(KEPT),
]);
/** What may be in a job's file: of a job that is held its name says so. */
export const CHECKS_OF_FILE: ReadonlyMap<string, Check> = new Map([
  ...[...CHECKS_OF_INPUT].filter(([name]) => name !== "hold"),
  ...Object.entries(RECORDED),
]);

/** The first fault of a job, as a sentence's end: `priority must be …`; `undefined` if none. */
export function faultOf(
  fields: Record<string, unknown>,
  checks: ReadonlyMap<string, Check>,
): string | undefined {
  if (fields.command === undefined) return "command is missing";
  // Only what is there is looked at: most jobs have few of the fields that there can be.
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    const fault = value === undefined ? undefined : checks.get(name)?.(value);
    if (fault) return `${name} ${fault}`;
    if (isDeeper(value, MAX_DEPTH - 1)) return `fields are nested more than ${MAX_DEPTH} deep`;
  }
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}
