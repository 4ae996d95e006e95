/**
 * Reading a schedule, with the times at which it is due.
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
import { pathIn, readIfThere, type Store } from "../store/store.ts";
import type { ReadTimetable, Timetable } from "./timetable.ts";

/** A schedule as readers get it. */
export interface ScheduleView extends Omit<Schedule, "turn"> {
  /** Whether it waits until someone resumes it. */
  paused: boolean;
  /**
   * The times for which it adds jobs next, ISO 8601 in UTC; none while it is paused. The first has passed if it waits
   * for a worker.
   */
  next: string[];
}

/** Loaded only where someone asks about schedules, with the library that reads cron expressions. */
export const loadTimetable = async () => (await import("./timetable.ts")).timetable;

/** How many of the times to come are told. */
const TIMES_TOLD = 3;

/** The schedules of a queue by their names, the first due first; without reading a file. */
export function scheduleEntries(store: Store): ScheduleEntry[] {
  const folder = pathIn(store, "schedules");
  if (!store.files.exists(folder)) return [];
  return [...store.files.list(folder)].map(({ name }) => parseScheduleFile(name))
    .filter((entry) => entry !== undefined)
    .sort((a, b) => a.time - b.time || (a.name < b.name ? -1 : 1));
}

/** A schedule that has been read. */
export interface ReadSchedule {
  /** What its file says. */
  schedule: Schedule;
  /** When it is due. */
  times: Timetable;
}

/**
 * Reads all of a schedule, so that a fault of any part of it is met here.
 *
 * @returns `undefined` if it is no longer there.
 * @throws {QueueError} If the file is no schedule.
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

/** As {@linkcode readSchedule}, for readers. */
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
 * @param stamp The time in the name of its file, which is what counts.
 */
export function scheduleView(
  { schedule, times }: ReadSchedule,
  stamp: number,
  now: number,
): ScheduleView {
  const { turn: _turn, ...told } = schedule;
  const paused = stamp >= HELD_TIME;
  const next: string[] = [];
  if (!paused) {
    const due = dueTime(schedule, times, stamp, now);
    for (
      let time: number | undefined = isMissed(schedule, due, now) ? times.next(now) : due;
      time !== undefined && next.length < TIMES_TOLD;
      time = times.next(time)
    ) next.push(new Date(time).toISOString());
  }
  return { ...told, paused, next };
}
