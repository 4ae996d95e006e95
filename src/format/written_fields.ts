/**
 * The fields of a job that queuectl writes, and the check of each field in a job's file.
 *
 * @module
 */

import { checkOfInput, KEPT, string, type WrittenField } from "./check_job.ts";
import { type Check, oneOf, orNone, time, wholeNumber } from "./field_checks.ts";
import { JOB_FIELDS } from "./job_fields.ts";
import { JOB_STATES } from "./names.ts";

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

/** Fields that only queuectl writes, checked in files so that later code can rely on them. */
const RECORDED: ReadonlyMap<string, WrittenField> = new Map(Object.entries({
  created_at: { check: time.check, meaning: "when it was added" },
  updated_at: { check: time.check, meaning: "when the file was last written" },
  attempts: { check: count, meaning: "runs charged since it was enqueued or requeued" },
  history: { check: history, meaning: "every attempt, oldest first" },
}));

/** The fields that queuectl writes, for the docs. */
export const WRITTEN_FIELDS: ReadonlyMap<string, WrittenField> = new Map([...KEPT, ...RECORDED]);

/** The checks of the fields in a job's file, but for what the file's name says. */
export const CHECKS_OF_FILE: ReadonlyMap<string, Check> = new Map(
  [...JOB_FIELDS.keys(), ...WRITTEN_FIELDS.keys()].flatMap((name) => {
    const check = RECORDED.get(name)?.check ?? checkOfInput(name);
    return check && name !== "hold" && name !== "now" ? [[name, check]] : [];
  }),
);
