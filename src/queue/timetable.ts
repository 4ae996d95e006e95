/**
 * When a schedule is due. Cron expressions are read by croner; this file is the only one that loads it, and
 * itself loaded only where there is a schedule.
 *
 * Where clocks change, croner does this: a time that the clock skips in spring comes as soon as the clock
 * goes on (02:30 comes at 03:00); a time that the clock shows twice in autumn comes once, the first time;
 * what comes every hour or more often goes on without a gap and without a double.
 *
 * @module
 */

import { Cron } from "croner";
import { UsageError } from "./errors.ts";
import { isInterval } from "./schedule.ts";
import { secondsInSpan } from "./time_span.ts";

/** The times at which something is due, in milliseconds since 1970. */
export interface Timetable {
  /** The first one after a time, or `undefined` if there is none any more. */
  next(after: number): number | undefined;
  /** The last one that is not after a time. */
  latest(notAfter: number): number | undefined;
}

/** {@linkcode timetable}, handed over by those who load it on demand. */
export type ReadTimetable = typeof timetable;

const FIELDS =
  "five or six fields such as '30 2 * * *' (minute hour day month weekday, seconds in front if six), " +
  "@hourly, @daily, @weekly, @monthly, @yearly, or 'every 90s'";

/** A schedule that is due more often than this, in seconds, is a slip of the keyboard. */
const LEAST_INTERVAL = 1;

/** A century, in seconds. */
const LONGEST_INTERVAL = 36500 * 86400;

/**
 * Reads when a schedule is due.
 *
 * @param when Five or six cron fields, `@hourly` and its like, or `every SPAN`.
 * @param zone The time zone that the fields are meant in, such as `Europe/Berlin`; `every` needs none.
 * @param anchor From when an interval counts, in milliseconds since 1970.
 * @throws {UsageError} If it is none of these, if there is no such zone, or if it never comes.
 *
 * @example
 * ```ts
 * import { timetable } from "./timetable.ts";
 *
 * timetable("30 2 * * *", "Europe/Berlin", 0).next(Date.UTC(2026, 10, 22)); // 2026-11-22T01:30Z
 * timetable("every 90s", undefined, 0).next(0); // 90000
 * ```
 */
export function timetable(when: string, zone: string | undefined, anchor: number): Timetable {
  const text = when.trim();
  return isInterval(text) ? interval(text, anchor) : cron(text, zone ?? "UTC", anchor);
}

function interval(text: string, anchor: number): Timetable {
  const seconds = secondsInSpan(text.replace(/^every\s*/i, ""));
  if (seconds === undefined || seconds < LEAST_INTERVAL || seconds > LONGEST_INTERVAL) {
    throw new UsageError(
      `a schedule's interval must be from 1s to 36500d, such as 'every 90s' or 'every 1h30m', not "${text}"`,
    );
  }
  const step = Math.round(seconds * 1000);
  const latest = (time: number) => anchor + Math.floor((time - anchor) / step) * step;
  return { latest, next: (after) => latest(after) + step };
}

function cron(text: string, zone: string, anchor: number): Timetable {
  const fields = text.split(/\s+/).length;
  const isWord = text.startsWith("@");
  // croner takes more than is promised here: a seventh field for years, and a point in time.
  if (!isWord && (fields < 5 || fields > 6)) {
    throw new UsageError(`a schedule must be ${FIELDS}, not "${text}"`);
  }
  checkZone(zone);
  let schedule: Cron;
  try {
    schedule = new Cron(text, { timezone: zone });
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, "") : error;
    throw new UsageError(
      isWord
        ? `a schedule must be ${FIELDS}, not "${text}"`
        : `"${text}" is no schedule: ${reason} (it must be ${FIELDS})`,
    );
  }
  const table: Timetable = {
    next: (after) => schedule.nextRun(new Date(after))?.getTime(),
    latest: (notAfter) =>
      // croner looks at whole seconds and leaves out the one that it is given.
      schedule.previousRuns(2, new Date(notAfter + 1000)).map((date) => date.getTime())
        .find((time) => time <= notAfter),
  };
  if (table.next(anchor) === undefined) {
    throw new UsageError(`"${text}" is no schedule: no calendar has such a day`);
  }
  return table;
}

/** @throws {UsageError} If there is no such time zone. */
function checkZone(zone: string): void {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
  } catch {
    throw new UsageError(`a time zone must be one such as Europe/Berlin or UTC, not "${zone}"`);
  }
}
