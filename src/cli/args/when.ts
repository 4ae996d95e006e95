/**
 * Points in time as people write them.
 *
 * @module
 */

import { UsageError } from "../../text/errors.ts";
import { zoneFault } from "../../schedules/local_zone.ts";
import { secondsInSpan } from "../../text/time_span.ts";
import { formatClock } from "../terminal/relative_time.ts";

const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/;
const HALF_DAY_CLOCK = /^(\d{1,2})(?::(\d{2}))? ?([ap])\.?m\.?$/;
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;

const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/**
 * The time that a text names: ISO 8601 with an offset or else local (`2026-11-22T09:00+01:00`,
 * `2026-11-22 09:00`, `2026-11-22`); `18:30`, `6pm`, `noon` or `midnight` for its next occurrence, which may
 * be that of a day: `tomorrow 09:00`, `monday 9am`; or a span from now: `+2h`, `in 5 minutes`.
 *
 * @param text What was given.
 * @param now Milliseconds since 1970.
 * @param what What to call it in the error, such as `--at`.
 * @returns Milliseconds since 1970.
 * @throws {UsageError} If it is none, if it is a day or hour that no calendar has, or if it is meant in a time
 * zone that is not known.
 *
 * @example
 * ```ts
 * import { parseTime } from "./when.ts";
 *
 * parseTime("2026-11-22T09:00+01:00", Date.now(), "--at"); // 1795334400000
 * ```
 */
export function parseTime(text: string, now: number, what: string): number {
  const trimmed = text.trim();
  const words = trimmed.toLowerCase().replace(/\s+/g, " ");
  const absolute = spanFromNow(words, now) ?? isoTime(trimmed, true);
  if (absolute !== undefined) return absolute;
  const local = isoTime(trimmed, false) ?? onDay(words, now, what);
  if (local === undefined) {
    throw new UsageError(
      `${what} must be a time such as 2026-11-22T09:00, 2026-11-22T09:00Z, 18:30, "tomorrow 09:00", ` +
        `"monday 9am" or +2h, not "${text}"`,
    );
  }
  const fault = zoneFault();
  if (fault === undefined) return local;
  throw new UsageError(
    `${what} "${text}" is meant in a time zone, and ${fault}, or give the time in UTC, such as ` +
      `${new Date(now).toISOString().slice(0, 16)}Z`,
  );
}

function spanFromNow(words: string, now: number): number | undefined {
  const span = /^(?:(?:now )?\+ ?|in )(.*[a-z])$/.exec(words)?.[1];
  const seconds = span === undefined ? undefined : secondsInSpan(span);
  return seconds === undefined ? undefined : now + Math.round(seconds * 1000);
}

/** `18:30`, `tomorrow 9am`, `noon on monday`. */
function onDay(words: string, now: number, what: string): number | undefined {
  const isDay = (word: string | undefined) =>
    word === "today" || word === "tomorrow" || weekdayOf(word) >= 0;
  const parts = words.split(" ").filter((word) => word !== "at" && word !== "on");
  const day = isDay(parts[0]) ? parts.shift() : isDay(parts.at(-1)) ? parts.pop() : undefined;
  if (day !== undefined && parts.length === 0) {
    throw new UsageError(`${what} "${words}" needs a time of day, such as "${day} 09:00"`);
  }
  const clock = clockOf(parts.join(" "));
  if (!clock) return undefined;
  const date = new Date(now);
  // Days are not 24 hours where the clock changes in between.
  const at = (days: number) => {
    date.setTime(now);
    date.setDate(date.getDate() + days);
    date.setHours(...clock, 0);
    return date.getTime();
  };
  if (day === "tomorrow") return at(1);
  if (day === undefined) return at(0) > now ? at(0) : at(1);
  if (day === "today") {
    if (at(0) > now) return at(0);
    throw new UsageError(`${what} "${words}" has passed; now it is ${formatClock(now)}`);
  }
  const ahead = (weekdayOf(day) - new Date(now).getDay() + 7) % 7;
  return at(ahead) > now ? at(ahead) : at(ahead + 7);
}

/** The number of a day of the week, 0 for Sunday, whose name may be cut to three letters or more; or -1. */
function weekdayOf(word: string | undefined): number {
  if (word === undefined || word.length < 3) return -1;
  return WEEKDAYS.findIndex((name) => name.startsWith(word));
}

function clockOf(text: string): [hour: number, minute: number, second: number] | undefined {
  if (text === "noon") return [12, 0, 0];
  if (text === "midnight") return [0, 0, 0];
  const half = HALF_DAY_CLOCK.exec(text);
  if (half) {
    const [hour, minute] = [Number(half[1]), Number(half[2] ?? 0)];
    if (hour < 1 || hour > 12 || minute > 59) return undefined;
    return [hour % 12 + (half[3] === "p" ? 12 : 0), minute, 0];
  }
  const match = CLOCK.exec(text);
  if (!match) return undefined;
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  return hour > 23 || minute > 59 || second > 59 ? undefined : [hour, minute, second];
}

/** @param absolute Whether it is wanted with an offset, or without one. */
function isoTime(text: string, absolute: boolean): number | undefined {
  const match = ISO.exec(text);
  if (!match || (match[8] !== undefined) !== absolute) return undefined;
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
