/**
 * How much of what has ended is kept.
 *
 * @module
 */

import { secondsInSpan } from "../text/time_span.ts";

/** What is kept: the newest so many, or what is younger than a span in milliseconds. */
export type Retention = { count: number } | { age: number };

/**
 * The retention that a setting asks for: `1000` keeps that many, `"7d"` what ended within 7 days;
 * `undefined` if it is none.
 *
 * @example
 * ```ts
 * import { retentionOf } from "./retention.ts";
 *
 * retentionOf("12h"); // { age: 43200000 }
 * ```
 */
export function retentionOf(value: unknown): Retention | undefined {
  if (typeof value === "number") {
    return Number.isInteger(value) && value >= 0 ? { count: value } : undefined;
  }
  // A span without a unit would be a number, and mean jobs.
  if (typeof value !== "string" || /^[\d.]*$/.test(value)) return undefined;
  const seconds = secondsInSpan(value);
  return seconds === undefined ? undefined : { age: seconds * 1000 };
}
