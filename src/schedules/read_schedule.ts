/**
 * Reading schedules, with the times at which they are due.
 *
 * @module
 */

import { QueueError, UsageError } from "../text/errors.ts";
import { newJob } from "../format/job.ts";
import { HELD_TIME } from "../format/names.ts";
import {
  anchorOf,
  dueTime,
  isMissed,
  parseSchedule,
  parseScheduleFile,
  type Schedule,
  type ScheduleEntry,
} from "./schedule.ts";
import { listIfThere, type OpenQueue, pathIn, readIfThere, type Store } from "../store/store.ts";
import type { ReadTimetable, Timetable } from "./timetable.ts";

/** A schedule as readers get it. */
export interface ScheduleView extends Omit<Schedule, "turn"> {
  /** Whether it waits until someone resumes it. */
  paused: boolean;
  /**
   * The next three times that get a job, ISO 8601 in UTC; none while it is paused. The first has
   * passed if no worker is running.
   */
  next: string[];
}

/**
 * Loads the library that reads cron expressions: only commands that need a schedule's times pay for
 * it.
 */
export const loadTimetable = async () => (await import("./timetable.ts")).timetable;

/** How many of the next times a view has. */
const TIMES_SHOWN = 3;

/**
 * The schedules of a queue by their names, the first due first; without reading a file.
 *
 * @example
 * ```ts
 * import { Queue, scheduleEntries } from "@queuectl/queuectl";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * scheduleEntries(queue.store).map(({ name }) => name); // ["nightly"]
 * ```
 */
export function scheduleEntries(store: Store): ScheduleEntry[] {
  return [...listIfThere(store, pathIn(store, "schedules"))]
    .map(({ name }) => parseScheduleFile(name))
    .filter((entry) => entry !== undefined)
    .sort((a, b) => a.time - b.time || (a.name < b.name ? -1 : 1));
}

/** A schedule is late when no worker has turned it so long after it was due, in milliseconds. */
const LATE_AFTER = 10_000;

/** How many schedules are late. */
export function lateSchedules({ store }: OpenQueue): number {
  const due = store.now() - LATE_AFTER;
  return scheduleEntries(store).filter(({ time }) => time < due).length;
}

/** A schedule that has been read. */
export interface ReadSchedule {
  /** What its file says. */
  schedule: Schedule;
  /** When it is due. */
  times: Timetable;
}

/**
 * Reads and checks a schedule, its job included.
 *
 * @returns `undefined` if it is no longer there.
 * @throws {QueueError} If the file is not a schedule.
 */
export function readSchedule(
  store: Store,
  entry: ScheduleEntry,
  readTimetable: ReadTimetable,
): ReadSchedule | undefined {
  try {
    const content = readIfThere(store, pathIn(store, "schedules", entry.file));
    if (!content) return undefined;
    const schedule = parseSchedule(content, entry.name);
    newJob(schedule.job, store.config, store.now());
    return { schedule, times: readTimetable(schedule.when, schedule.tz, anchorOf(schedule)) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new QueueError(`schedules/${entry.file} is not a schedule: ${error.message}`);
  }
}

/** {@linkcode readSchedule} as a view. */
export function readView(
  store: Store,
  entry: ScheduleEntry,
  readTimetable: ReadTimetable,
): ScheduleView | undefined {
  const read = readSchedule(store, entry, readTimetable);
  return read && scheduleView(read, entry.time, store.now());
}

/**
 * A schedule as readers get it, with its next times.
 *
 * @param stamp The time in its file's name, which counts.
 */
export function scheduleView(
  { schedule, times }: ReadSchedule,
  stamp: number,
  now: number,
): ScheduleView {
  const { turn: _turn, ...shown } = schedule;
  const paused = stamp >= HELD_TIME;
  const next: string[] = [];
  if (!paused) {
    const due = dueTime(schedule, times, stamp, now);
    for (
      let time: number | undefined = isMissed(schedule, due, now) ? times.next(now) : due;
      time !== undefined && next.length < TIMES_SHOWN;
      time = times.next(time)
    ) next.push(new Date(time).toISOString());
  }
  return { ...shown, paused, next };
}
