/**
 * What is kept of what has ended: so much of the newest, and what is younger than an age.
 *
 * @module
 */

import { secondsInSpan } from "../text/time_span.ts";
import type { Kind } from "./field_checks.ts";

/** The jobs to keep: what is among the newest, or younger than an age, stays. */
export interface Retention {
  /** How many of the newest stay. Default: none. */
  count?: number;
  /** What ended within so many milliseconds stays. Default: nothing. */
  age?: number;
}

/**
 * The retention that a setting asks for: `1000` keeps that many, `"7d"` those that ended within 7
 * days, `"1000,7d"` both; `undefined` if it is none of these.
 *
 * @example
 * ```ts
 * import { retentionOf } from "./retention.ts";
 *
 * retentionOf("1000,12h"); // { count: 1000, age: 43200000 }
 * ```
 */
export function retentionOf(value: unknown): Retention | undefined {
  if (typeof value === "number") {
    return Number.isInteger(value) && value >= 0 ? { count: value } : undefined;
  }
  const [, count, span] = /^(?:(\d{1,15}),\s*)?([^,]*)$/.exec(String(value)) ?? [];
  // A span without a unit would be a number, and mean jobs.
  if (span === undefined || /^[\d.]*$/.test(span)) return undefined;
  const seconds = secondsInSpan(span);
  if (seconds === undefined) return undefined;
  return { ...(count !== undefined && { count: Number(count) }), age: seconds * 1000 };
}

/** What says how many jobs to keep, or for how long. */
export const retention: Kind = {
  type: "number",
  check: (value) =>
    value === null || retentionOf(value) !== undefined
      ? undefined
      : "must be a number of jobs such as 1000, a span such as 7d or 12h, both as in 1000,7d, or none",
};

/** What says how long to keep something. */
export const retentionAge: Kind = {
  type: "number",
  check: (value) => {
    const { age, count } = retentionOf(value) ?? {};
    const fits = value === null || (age !== undefined && count === undefined);
    return fits ? undefined : "must be a span with a unit, such as 7d or 12h, or none";
  },
};
