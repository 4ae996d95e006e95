/**
 * Points in time as people write them.
 *
 * @module
 */

import { UsageError } from "../../text/errors.ts";
import { zoneFault } from "../../schedules/local_zone.ts";
import { secondsInSpan } from "../../text/time_span.ts";
import { formatClock } from "../terminal/relative_time.ts";

const CLOCK = /^(\d{1,2})(?::(\d{2})(?::(\d{2}))?)?(?: ?([ap])\.?m\.?)?$/;
const ISO =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(?:(Z)|([+-]\d{2})(?::?(\d{2}))?)?)?$/i;

const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/**
 * The time that a text names: ISO 8601 with an offset or else local (`2026-11-22T09:00+01:00`,
 * `2026-11-22 09:00`, `2026-11-22`); the next `18:30`, `6pm`, `noon` or `midnight`, or that of a
 * day: `tomorrow 09:00`, `monday 9am`; or a span from now: `+2h`, `in 5 minutes`.
 *
 * @param text What was given.
 * @param now Milliseconds since 1970.
 * @param what What to call it in the error, such as `--at`.
 * @returns Milliseconds since 1970.
 * @throws {UsageError} If it is not a time, if no calendar has that day or hour, or if its time
 * zone is unknown.
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
    `${what} "${text}" is a local time, and ${fault}, or give the time in UTC, such as ` +
      `${new Date(now).toISOString().slice(0, 16)}Z`,
  );
}

/**
 * A time that has passed: a span before now (`10m`), or what {@linkcode parseTime} takes, of a
 * clock or a weekday the last one.
 *
 * @throws {UsageError} If it is no time.
 */
export function parsePastTime(text: string, now: number, what: string): number {
  const seconds = secondsInSpan(text.trim().toLowerCase());
  if (seconds !== undefined) return now - Math.round(seconds * 1000);
  const words = text.trim().replace(/^today (at )?/i, "");
  // What comes next as seen from a day, or a week, ago.
  const times = [1, 7].map((days) => parseTime(words, now - days * 86_400_000, what));
  return times.find((time) => time <= now) ?? times[0]!;
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
  // Days are not 24 hours where the clock changes in between.
  const at = (days: number) => {
    const date = new Date(now);
    date.setDate(date.getDate() + days);
    return date.setHours(...clock, 0);
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

/** The number of a weekday, 0 for Sunday, whose name may be cut to three letters or more; or -1. */
function weekdayOf(word: string | undefined): number {
  if (word === undefined || word.length < 3) return -1;
  return WEEKDAYS.findIndex((name) => name.startsWith(word));
}

function clockOf(text: string): [hour: number, minute: number, second: number] | undefined {
  if (text === "noon") return [12, 0, 0];
  if (text === "midnight") return [0, 0, 0];
  const match = CLOCK.exec(text);
  if (!match) return undefined;
  const [hour, minute, second] = [1, 2, 3].map((part) => Number(match[part] ?? 0)) as [
    number,
    number,
    number,
  ];
  const half = match[4];
  // A number alone is no time of day.
  const isHour = half ? hour >= 1 && hour <= 12 : hour <= 23 && match[2] !== undefined;
  if (!isHour || minute > 59 || second > 59) return undefined;
  return [half ? hour % 12 + (half === "p" ? 12 : 0) : hour, minute, second];
}

/** @param hasOffset Whether to take times with an offset from UTC, or those without one. */
function isoTime(text: string, hasOffset: boolean): number | undefined {
  const match = ISO.exec(text);
  if (!match) return undefined;
  const [, date, clock = "00:00", second = "00", fraction = "0", utc, hours, minutes = "00"] =
    match;
  if ((utc ?? hours) === undefined ? hasOffset : !hasOffset) return undefined;
  const local = `${date}T${clock}:${second}`;
  // A day that the month lacks would silently become one of the next month.
  const whole = Date.parse(`${local}Z`);
  if (Number.isNaN(whole) || !new Date(whole).toISOString().startsWith(local)) return undefined;
  if (Number(hours ?? 0) > 23 || Number(minutes) > 59) return undefined;
  const offset = utc ? "Z" : hours ? `${hours}:${minutes}` : "";
  return Date.parse(`${local}.${fraction.slice(0, 3)}${offset}`);
}
