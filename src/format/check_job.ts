/**
 * Checks whole jobs: those that people add, and those that files hold.
 *
 * @module
 */

import { type Check, oneOf, orNone, time, wholeNumber } from "./field_checks.ts";
import { JOB_FIELDS } from "./job_fields.ts";
import { JOB_STATES } from "./names.ts";
import { type Placing, whereFault } from "./placement.ts";

const string: Check = (value) => typeof value === "string" ? undefined : "must be a string";

/** How an attempt can end. */
export const OUTCOMES = ["done", "failed", "timeout", "cancelled", "lost"] as const;

const count = wholeNumber(0, Number.MAX_SAFE_INTEGER).check;

/** The checks of an attempt's fields. A hand-written attempt may leave out any of them. */
const ATTEMPT_FIELDS: readonly (readonly [string, Check])[] = Object.entries({
  attempt: count,
  worker: string,
  started_at: time.check,
  finished_at: time.check,
  duration_ms: (value: unknown) => Number.isFinite(value) ? undefined : "must be a number",
  exit_code: orNone(wholeNumber(0, 255)).check,
  signal: orNone({ type: "text", check: string }).check,
  outcome: oneOf(OUTCOMES).check,
  log_offset: count,
  led_to: oneOf(JOB_STATES).check,
  log_end: count,
  reason: string,
});

const history: Check = (value) => {
  const isOfObjects = Array.isArray(value) &&
    value.every((entry) => typeof entry === "object" && entry !== null);
  if (!isOfObjects) return "must be an array of attempts";
  for (const [index, attempt] of value.entries()) {
    for (const [name, check] of ATTEMPT_FIELDS) {
      const fault = attempt[name] === undefined ? undefined : check(attempt[name]);
      if (fault !== undefined) return `entry ${index + 1}: ${name} ${fault}`;
    }
  }
};

/** A field that queuectl writes: its check, and its line in the docs. */
interface WrittenField {
  readonly check: Check;
  readonly meaning: string;
}

/** Fields that may also come with a job that was in a queue before. */
const KEPT: Record<string, WrittenField> = {
  reason: { check: string, meaning: "why it is dead, if no attempt says so" },
  result: { check: string, meaning: "the content of $QUEUECTL_RESULT after the last attempt" },
  result_encoding: {
    check: oneOf(["base64"]).check,
    meaning: "set if the result is not UTF-8, and so is kept in base64",
  },
};

/** Fields that only queuectl writes, checked in files so that later code can rely on them. */
const RECORDED: Record<string, WrittenField> = {
  created_at: { check: time.check, meaning: "when it was added" },
  updated_at: { check: time.check, meaning: "when the file was last written" },
  attempts: { check: count, meaning: "runs charged since it was enqueued or requeued" },
  history: { check: history, meaning: "every attempt, oldest first" },
};

/** The fields that queuectl writes, for the docs. */
export const WRITTEN_FIELDS: ReadonlyMap<string, WrittenField> = new Map(
  Object.entries({ ...KEPT, ...RECORDED }),
);

/** The fields of a `JobView` that no job's file keeps. */
export const VIEW_FIELDS: readonly string[] = [
  ...["state", "held", "waits_for", "waited_for_by", "limited_by", "no_worker", "progress"],
  ...["suspended", "running", "waiting", "now", "malformed"],
];

function checksOf(fields: [string, { check: Check }][]): [string, Check][] {
  return fields.map(([name, { check }]) => [name, check]);
}

/** The checks of an input's fields. */
export const CHECKS_OF_INPUT: ReadonlyMap<string, Check> = new Map([
  ...checksOf([...JOB_FIELDS].filter(([, { sets }]) => sets === undefined)),
  ...checksOf(Object.entries(KEPT)),
]);

/** The checks of the fields in a job's file, but for what the file's name says. */
export const CHECKS_OF_FILE: ReadonlyMap<string, Check> = new Map([
  ...[...CHECKS_OF_INPUT].filter(([name]) => name !== "hold" && name !== "now"),
  ...checksOf(Object.entries(RECORDED)),
]);

/** How deep a job's arrays and objects may be nested: much deeper ones could not be written. */
const MAX_DEPTH = 100;

/** The first fault of a job, as a sentence's end: `priority must be …`; `undefined` if none. */
export function faultOf(
  fields: Record<string, unknown>,
  checks: ReadonlyMap<string, Check>,
): string | undefined {
  if (fields.command === undefined) return "command is missing";
  // Loops over the job's own fields: most jobs have few of those that there can be.
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    const fault = value === undefined ? undefined : checks.get(name)?.(value);
    if (fault) return `${name} ${fault}`;
    if (isDeeper(value, MAX_DEPTH - 1)) return `fields are nested more than ${MAX_DEPTH} deep`;
  }
  return whereFault(fields as Placing);
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}
