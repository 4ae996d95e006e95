/**
 * What a schedule would do, before it is added.
 *
 * @module
 */

import { UsageError } from "../text/errors.ts";
import { localZone } from "./local_zone.ts";
import { loadTimetable } from "./read_schedule.ts";
import { isInterval } from "./schedule.ts";
import { scheduleWords } from "./schedule_words.ts";

/** When a schedule that is added now would be due. */
export interface ScheduleTimes {
  /** In words: `every hour, at minute 0`. */
  words: string;
  /** The time zone of its cron fields; missing for an interval. */
  tz?: string;
  /** Its next times, ISO 8601 in UTC. */
  next: string[];
}

/**
 * Says when a schedule would be due.
 *
 * @param when Five or six cron fields, a word such as `@hourly`, or `every SPAN`.
 * @param tz The time zone of the cron fields. Default: this machine's.
 * @param count How many of the next times. Default: 5.
 * @throws {UsageError} If it is not valid.
 *
 * @example
 * ```ts
 * import { previewSchedule } from "../../mod.ts";
 *
 * (await previewSchedule("30 2 * * *", "UTC")).words; // "every day, at 02:30"
 * ```
 */
export async function previewSchedule(
  when: string,
  tz?: string,
  count: number = 5,
): Promise<ScheduleTimes> {
  if (tz !== undefined && isInterval(when)) {
    throw new UsageError(`--tz has no effect on "${when}"; remove it`);
  }
  const zone = isInterval(when) ? undefined : tz ?? localZone();
  const now = Date.now();
  const times = (await loadTimetable())(when, zone, Math.floor(now / 1000) * 1000);
  const next: string[] = [];
  for (
    let time = times.next(now);
    time !== undefined && next.length < count;
    time = times.next(time)
  ) next.push(new Date(time).toISOString());
  return { words: scheduleWords(when), ...(zone !== undefined && { tz: zone }), next };
}
