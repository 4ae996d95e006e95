/**
 * When a schedule is due. Only this file loads croner, which reads cron expressions, and it is
 * loaded only where there is a schedule.
 *
 * croner sees a clock in UTC, which nobody sets; changes of the clock are handled here. A schedule
 * that names hours is due once for each of its wall times: a time that the clock skips in spring
 * counts when the clock goes on (at 03:00 for 02:00, 02:15 and 02:30, all in one), a time that it
 * shows twice in autumn counts the first time. A schedule that is due in every hour follows elapsed
 * time: it is due whenever the clock shows one of its times.
 *
 * @module
 */

import { Cron } from "croner";
import { FIELDS, readCronFields } from "./cron_fields.ts";
import { UsageError } from "../text/errors.ts";
import { isInterval } from "./schedule.ts";
import { secondsInSpan } from "../text/time_span.ts";
import { WallClock } from "./wall_clock.ts";

/** The times at which something is due, in milliseconds since 1970. */
export interface Timetable {
  /** The first time after another; `undefined` if there is none. */
  next(after: number): number | undefined;
  /** The last time that is not after another. */
  latest(notAfter: number): number | undefined;
}

/** {@linkcode timetable}, for callers that load it on demand. */
export type ReadTimetable = typeof timetable;

/** A shorter interval, in seconds, is a typing error. */
const LEAST_INTERVAL = 1;

/** A century, in seconds. */
const LONGEST_INTERVAL = 36500 * 86400;

/**
 * Reads when a schedule is due.
 *
 * @param when Five or six cron fields, a word such as `@hourly`, or `every SPAN`.
 * @param zone The time zone of the fields, such as `Europe/Berlin`; not for `every`.
 * @param anchor The start of the intervals, in milliseconds since 1970.
 * @throws {UsageError} If it is none of these, has an unknown zone, or is never due.
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
  return isInterval(text) ? interval(text, zone, anchor) : cron(text, zone ?? "UTC", anchor);
}

function interval(text: string, zone: string | undefined, anchor: number): Timetable {
  // Only for display; it must be valid all the same.
  if (zone !== undefined) clockOf(zone);
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
  const { pattern, everyHour, bothDays } = readCronFields(text);
  const clock = clockOf(zone);
  let walls: Timetable;
  try {
    walls = wallTimes(new Cron(pattern, { utcOffset: 0, domAndDow: bothDays }));
  } catch {
    throw new UsageError(`"${text}" is not a schedule (it must be ${FIELDS})`);
  }
  const table = everyHour ? whenShown(walls, clock) : onceForEach(walls, clock);
  if (table.next(anchor) === undefined) {
    throw new UsageError(`"${text}" is not a schedule: no calendar has such a day`);
  }
  return table;
}

/** The times of an expression on a clock that nobody sets. */
function wallTimes(schedule: Cron): Timetable {
  return {
    next: (after) => schedule.nextRun(new Date(after))?.getTime(),
    latest: (notAfter) =>
      // croner counts in whole seconds and excludes the one that it is given.
      schedule.previousRuns(2, new Date(notAfter + 1000)).map((date) => date.getTime())
        .find((time) => time <= notAfter),
  };
}

/** Due once for each wall time. */
function onceForEach(walls: Timetable, clock: WallClock): Timetable {
  const at = (wall: number | undefined) => wall === undefined ? undefined : clock.firstShows(wall);
  return {
    next: (after) => at(walls.next(clock.shownBy(after))),
    latest: (notAfter) => at(walls.latest(clock.shownBy(notAfter))),
  };
}

/** Due whenever the clock shows one of the wall times. */
function whenShown(walls: Timetable, clock: WallClock): Timetable {
  return {
    next(after) {
      for (let span = clock.spanOf(after);; span = clock.spanOf(span.until)) {
        const wall = walls.next(Math.max(after, span.from - 1) + span.offset);
        if (wall === undefined) return undefined;
        if (wall - span.offset < span.until) return wall - span.offset;
      }
    },
    latest(notAfter) {
      for (let span = clock.spanOf(notAfter);; span = clock.spanOf(span.from - 1)) {
        const wall = walls.latest(Math.min(notAfter, span.until - 1) + span.offset);
        if (wall === undefined) return undefined;
        if (wall - span.offset >= span.from) return wall - span.offset;
      }
    },
  };
}

/** @throws {UsageError} If there is no such time zone. */
function clockOf(zone: string): WallClock {
  try {
    // Intl shows times and Temporal counts them, so both must know the zone.
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return new WallClock(zone);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UsageError(`a time zone must be one such as Europe/Berlin or UTC, not "${zone}"`);
  }
}
