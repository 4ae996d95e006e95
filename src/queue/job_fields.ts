/**
 * What each field of a job may hold.
 *
 * @module
 */

import { HELD_TIME, ID_PATTERN } from "./names.ts";

/** The longest command, in bytes: the kernel passes at most 128 KiB in one argument. */
export const MAX_COMMAND_BYTES = 100 * 1024;

/** The longest `NAME=VALUE` of an environment, in bytes: MAX_ARG_STRLEN of execve(2) without the NUL at its end. */
const MAX_VARIABLE_BYTES = 128 * 1024 - 1;

/** How deep the arrays and objects in a job may be nested. Much deeper ones could be read but not written. */
const MAX_DEPTH = 100;

/** Looks at a value; a sentence's end if it is not right, such as `must be a string`. */
type Check = (value: unknown) => string | undefined;

const wholeNumber = (least: number, most: number): Check => (value) =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most
    ? undefined
    : `must be a whole number from ${least} to ${most}`;

const seconds: Check = (value) =>
  typeof value === "number" && Number.isFinite(value) && value >= 0
    ? undefined
    : "must be a number of seconds from 0 up";

const text: Check = (value) =>
  typeof value !== "string"
    ? "must be a string"
    : value.includes("\0")
    ? "must not contain a NUL"
    : undefined;

const time: Check = (value) =>
  typeof value === "string" && !Number.isNaN(Date.parse(value))
    ? undefined
    : "must be a time such as 2026-11-22T09:00:00Z";

/** A time as late as that of a held job would be taken for one. */
const readyTime: Check = (value) =>
  time(value) ??
    (Date.parse(value as string) < HELD_TIME ? undefined : "must be before the year 9998");

const flag: Check = (value) => typeof value === "boolean" ? undefined : "must be true or false";

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

/** What each known field of an input may hold. `undefined` and a missing field are the same. */
const FIELDS: Record<string, Check> = {
  id: (value) =>
    typeof value === "string" && ID_PATTERN.test(value)
      ? undefined
      : "must be 1 to 64 letters, digits, - or _, beginning with a letter or digit",
  command: (value) => {
    const fault = text(value);
    if (fault) return fault;
    const command = value as string;
    if (command.trim() === "") return "must not be empty";
    return isLonger(command, MAX_COMMAND_BYTES)
      ? "must not be longer than 100 KB; put it in a script"
      : undefined;
  },
  cwd: (value) => text(value) ?? (value === "" ? "must not be empty" : undefined),
  env: environment,
  priority: wholeNumber(0, 9),
  max_retries: wholeNumber(0, 1_000_000),
  timeout: (value) =>
    value === null ||
      (typeof value === "number" && Number.isFinite(value) && value > 0)
      ? undefined
      : "must be a number of seconds above 0",
  backoff_base: seconds,
  backoff_factor: seconds,
  after: (value) =>
    Array.isArray(value) && value.length <= 1000 &&
      value.every((id) => typeof id === "string" && ID_PATTERN.test(id))
      ? undefined
      : "must be an array of at most 1000 job IDs",
  after_any: flag,
  unique: (value) => text(value) ?? (value === "" ? "must not be empty" : undefined),
  give_up_on: statuses,
  retry_on: statuses,
  tempfail: flag,
  resource: (value) =>
    typeof value === "string" && RESOURCE_NAME.test(value)
      ? undefined
      : "must be 1 to 64 letters, digits, - or _",
  resources,
  run_at: readyTime,
};

/** What only queuectl itself writes; checked in a file, so that later code can rely on it. */
const RECORDED: Record<string, Check> = {
  created_at: time,
  updated_at: time,
  attempts: wholeNumber(0, Number.MAX_SAFE_INTEGER),
  history: (value) =>
    Array.isArray(value) && value.every((entry) => typeof entry === "object" && entry !== null)
      ? undefined
      : "must be an array of attempts",
};

/** What may be in an input. */
export const CHECKS_OF_INPUT: ReadonlyMap<string, Check> = new Map(
  Object.entries({ ...FIELDS, hold: flag }),
);
/** What may be in a job's file. */
export const CHECKS_OF_FILE: ReadonlyMap<string, Check> = new Map(
  Object.entries({ ...FIELDS, ...RECORDED }),
);

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
