/**
 * Points in time as people write them.
 *
 * @module
 */

import { UsageError } from "../queue/errors.ts";

const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/;
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

/**
 * The time that a text names: ISO 8601 with an offset or else local (`2026-11-22T09:00+01:00`,
 * `2026-11-22 09:00`, `2026-11-22`), or `HH:MM` for its next occurrence.
 *
 * @param text What was given.
 * @param now Milliseconds since 1970.
 * @param what What to call it in the error, such as `--at`.
 * @returns Milliseconds since 1970.
 * @throws {UsageError} If it is none, or a day or hour that no calendar has.
 *
 * @example
 * ```ts
 * import { parseTime } from "./when.ts";
 *
 * parseTime("2026-11-22T09:00+01:00", Date.now(), "--at"); // 1795334400000
 * ```
 */
export function parseTime(text: string, now: number, what: string): number {
  const time = nextOccurrence(text.trim(), now) ?? isoTime(text.trim());
  if (time !== undefined) return time;
  throw new UsageError(
    `${what} must be a time such as 2026-11-22T09:00, 2026-11-22T09:00Z or 18:30, not "${text}"`,
  );
}

function nextOccurrence(text: string, now: number): number | undefined {
  const match = CLOCK.exec(text);
  if (!match) return undefined;
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(now);
  date.setHours(hour, minute, second, 0);
  if (date.getTime() > now) return date.getTime();
  // Not 24 hours later: the clock may change in between.
  date.setDate(date.getDate() + 1);
  date.setHours(hour, minute, second, 0);
  return date.getTime();
}

function isoTime(text: string): number | undefined {
  const match = ISO.exec(text);
  if (!match) return undefined;
  const part = (index: number) => Number(match[index] ?? 0);
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map(part) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const millisecond = Math.floor(Number(`0.${match[7] ?? 0}`) * 1000);
  // A day that the month lacks would silently become one of the next month.
  const days = new Date(Date.UTC(2000, 0, 1));
  days.setUTCFullYear(year, month, 0);
  if (month < 1 || month > 12 || day < 1 || day > days.getUTCDate()) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  if (match[8] === undefined) {
    const local = new Date(2000, 0, 1, hour, minute, second, millisecond);
    local.setFullYear(year, month - 1, day);
    local.setHours(hour, minute, second, millisecond);
    return local.getTime();
  }
  const utc = new Date(0);
  utc.setUTCFullYear(year, month - 1, day);
  utc.setUTCHours(hour, minute, second, millisecond);
  const offset = offsetMinutes(match[8]);
  return offset === undefined ? undefined : utc.getTime() - offset * 60_000;
}

function offsetMinutes(offset: string): number | undefined {
  if (/^z$/i.test(offset)) return 0;
  const digits = offset.slice(1).replace(":", "");
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2) || 0)];
  if (hours > 23 || minutes > 59) return undefined;
  return (offset.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}
