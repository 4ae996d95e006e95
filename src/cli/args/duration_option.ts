/**
 * Reading a span of time that an option gives.
 *
 * @module
 */

import { LONGEST_SPAN } from "../../format/field_checks.ts";
import { UsageError } from "../../text/errors.ts";
import { secondsInSpan } from "../../text/time_span.ts";

/**
 * The seconds in a span of time: `90`, `90s`, `10m`, `1h30m`, `5 min`, `2 days`, `1w`.
 *
 * @param what The option's name, for the error.
 * @throws {UsageError} If the text is no span, or the span is over a century.
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
