/**
 * Spans of time as people write them.
 *
 * @module
 */

import { UsageError } from "../../text/errors.ts";
import { LONGEST_SPAN } from "../../format/field_checks.ts";
import { secondsInSpan } from "../../text/time_span.ts";

/**
 * The seconds in a span of time: `90`, `90s`, `10m`, `1h30m`, `5 min`, `2 days`, `1w`.
 *
 * @param text What was given.
 * @param what What to call it in the error, such as `--delay`.
 * @throws {UsageError} If it is none.
 *
 * @example
 * ```ts
 * import { parseDuration } from "./duration.ts";
 *
 * parseDuration("1h30m", "--delay"); // 5400
 * ```
 */
export function parseDuration(text: string, what: string): number {
  const seconds = secondsInSpan(text.trim());
  if (seconds === undefined) {
    throw new UsageError(
      `${what} must be a time span such as 90s, 10m, 1h30m, 2d or 1w, not "${text}"`,
    );
  }
  if (seconds > LONGEST_SPAN) throw new UsageError(`${what} must be at most 36500d, not "${text}"`);
  return seconds;
}

/**
 * How long something took: `850ms`, `2.4s`, `1m05s`, `2h03m`, `3d04h`.
 *
 * @param milliseconds The span, 0 or more.
 *
 * @example
 * ```ts
 * import { formatDuration } from "./duration.ts";
 *
 * formatDuration(65_000); // "1m05s"
 * ```
 */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.round(milliseconds)}ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)}s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${pad(seconds % 60)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)}h${pad(minutes % 60)}m`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)}d${pad(hours % 24)}h`;
}

function pad(number: number): string {
  return String(number).padStart(2, "0");
}
