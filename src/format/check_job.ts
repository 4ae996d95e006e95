/**
 * Checks whole jobs: those that people add, and with written_fields.ts those that files hold.
 *
 * @module
 */

import { type Check, oneOf } from "./field_checks.ts";
import { JOB_FIELDS } from "./job_fields.ts";
import { type Placing, whereFault } from "./placement.ts";

/** Text of any kind. */
export const string: Check = (value) => typeof value === "string" ? undefined : "must be a string";

/** A field that queuectl writes: its check, and its line in the docs. */
export interface WrittenField {
  readonly check: Check;
  readonly meaning: string;
}

/** Fields that may also come with a job that was in a queue before. */
export const KEPT: ReadonlyMap<string, WrittenField> = new Map(Object.entries({
  reason: { check: string, meaning: "why it is dead, if no attempt says so" },
  result: { check: string, meaning: "the content of $QUEUECTL_RESULT after the last attempt" },
  result_encoding: {
    check: oneOf(["base64"]).check,
    meaning: "set if the result is not UTF-8, and so is kept in base64",
  },
}));

/** The fields of a `JobView` that no job's file keeps. */
export const VIEW_FIELDS: readonly string[] = [
  ...["state", "held", "waits_for", "waited_for_by", "limited_by", "no_worker", "progress"],
  ...["suspended", "unrecorded", "running", "waiting", "now", "malformed"],
];

/** The check of an input's field; `undefined` if the field may have any value. */
export function checkOfInput(name: string): Check | undefined {
  const field = JOB_FIELDS.get(name);
  return field?.sets === undefined ? (field ?? KEPT.get(name))?.check : undefined;
}

/** How deep a job's arrays and objects may be nested: much deeper ones could not be written. */
const MAX_DEPTH = 100;

/** The first fault of a job, as a sentence's end: `priority must be …`; `undefined` if none. */
export function faultOf(
  fields: Record<string, unknown>,
  checkOf: (name: string) => Check | undefined,
): string | undefined {
  if (fields.command === undefined) return "command is missing";
  // Loops over the job's own fields: most jobs have few of those that there can be.
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    const fault = value === undefined ? undefined : checkOf(name)?.(value);
    if (fault) return `${name} ${fault}`;
    if (isDeeper(value, MAX_DEPTH - 1)) return `fields are nested more than ${MAX_DEPTH} deep`;
  }
  return whereFault(fields as Placing);
}

function isDeeper(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeper(inner, depth - 1));
}
