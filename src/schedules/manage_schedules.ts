/**
 * What people do to schedules that are there.
 *
 * @module
 */

import { enqueue } from "../moves/enqueue.ts";
import { entries } from "../contents/entries.ts";
import { QueueError } from "../text/errors.ts";
import { jobWithId } from "../inspect/find_job.ts";
import type { Job } from "../format/job.ts";
import { isUlid, newId, timeOfId } from "../format/ids.ts";
import { HELD_TIME, JOB_STATES } from "../format/names.ts";
import { isPaused, madeJobFile, type ScheduleEntry, scheduleFile } from "./schedule.ts";
import {
  loadTimetable,
  readSchedule,
  readView,
  scheduleEntries,
  type ScheduleView,
} from "./read_schedule.ts";
import {
  flushChange,
  type OpenQueue,
  pathIn,
  removeIfThere,
  renameIfThere,
  type Store,
} from "../store/store.ts";

/** How long a command waits for a worker that is turning a schedule into a job, in milliseconds. */
const PATIENCE = 10_000;

/**
 * All schedules, those that are due first at the beginning.
 *
 * @param broken Called for each file that is none, with a sentence that says so; it is left out.
 */
export async function listSchedules(
  queue: OpenQueue,
  broken: (sentence: string) => void = () => {},
): Promise<ScheduleView[]> {
  const { store } = queue;
  const readTimetable = await loadTimetable();
  const views: ScheduleView[] = [];
  for (const entry of scheduleEntries(store)) {
    // One that moves while one looks is met again under its new name, or in the next list.
    if (views.some(({ name }) => name === entry.name)) continue;
    try {
      const view = readView(store, entry, readTimetable);
      if (view) views.push(view);
    } catch (error) {
      if (!(error instanceof QueueError)) throw error;
      broken(error.message);
    }
  }
  return views;
}

/**
 * One schedule.
 *
 * @throws {QueueError} If there is none of this name.
 */
export async function findSchedule(queue: OpenQueue, name: string): Promise<ScheduleView> {
  const { store } = queue;
  const readTimetable = await loadTimetable();
  return await whileMoving(store, name, (entry) => readView(store, entry, readTimetable), {
    evenTaken: true,
  });
}

/** Removes a schedule; the jobs that it added stay. */
export async function removeSchedule(queue: OpenQueue, name: string): Promise<void> {
  const { store } = queue;
  await whileMoving(store, name, (entry) => {
    if (!removeIfThere(store, pathIn(store, "schedules", entry.file))) return undefined;
    dropMadeJob(store, entry);
    return true;
  });
  await flushChange(store, [pathIn(store, "schedules")], `schedule ${name} was removed`);
}

/**
 * Pauses a schedule, or lets it go on with its next time. Times that pass meanwhile are not made good.
 *
 * @returns Whether that changed anything.
 */
export async function pauseSchedule(
  queue: OpenQueue,
  name: string,
  paused: boolean,
): Promise<boolean> {
  const { store } = queue;
  const readTimetable = await loadTimetable();
  const changed = await whileMoving(store, name, (entry) => {
    if (isPaused(entry) === paused) return { changed: false };
    let time = HELD_TIME;
    // One that is none can be paused, and cannot be resumed.
    if (!paused) {
      const read = readSchedule(store, entry, readTimetable);
      if (!read) return undefined;
      time = read.times.next(store.now()) ?? HELD_TIME;
    }
    const from = pathIn(store, "schedules", entry.file);
    const to = pathIn(store, "schedules", scheduleFile(name, time));
    if (!renameIfThere(store, from, to)) return undefined;
    dropMadeJob(store, entry);
    return { changed: true };
  });
  const change = `schedule ${name} was ${paused ? "paused" : "resumed"}`;
  if (changed.changed) await flushChange(store, [pathIn(store, "schedules")], change);
  return changed.changed;
}

/**
 * Drops the job that a worker had made of a schedule when it died. Nobody adds it any more: the name that it goes
 * with is gone.
 */
function dropMadeJob(store: Store, entry: ScheduleEntry): void {
  removeIfThere(store, pathIn(store, "schedules", madeJobFile(entry)));
}

/** Adds a schedule's job now, whether it is due or not; that changes nothing about its times. */
export async function runSchedule(queue: OpenQueue, name: string): Promise<Job> {
  const { job } = await findSchedule(queue, name);
  const id = handPrefix(name) + newId();
  return await enqueue(queue.store, { ...job, id, schedule: name });
}

/**
 * The last job that {@linkcode runSchedule} added for a schedule, of those that are still in the queue.
 *
 * @param name The schedule's.
 * @returns The job's ID, and when it was added, ISO 8601 in UTC; `undefined` if there is none.
 */
export function lastRunByHand(
  queue: OpenQueue,
  name: string,
): { id: string; at: string } | undefined {
  const prefix = handPrefix(name);
  const ids: string[] = [];
  for (const state of JOB_STATES) {
    for (const { id } of entries(queue.store, state)) {
      // The ID of a job that was due has its time there, which is no ULID.
      if (id.startsWith(prefix) && isUlid(id.slice(prefix.length))) ids.push(id);
    }
  }
  // A long name is cut in the ID, and two can have the same beginning.
  const id = ids.sort().findLast((id) => jobWithId(queue.store, id)?.schedule === name);
  return id === undefined
    ? undefined
    : { id, at: new Date(timeOfId(id.slice(prefix.length))!).toISOString() };
}

/** How the ID of a job begins that was run by hand; a ULID follows. */
function handPrefix(name: string): string {
  return `${name.slice(0, 37)}-`;
}

/**
 * Does something to a schedule's file that may move at any moment; again until it was there.
 *
 * @param evenTaken Whether it may be one that a worker is turning into a job.
 */
async function whileMoving<T>(
  store: Store,
  name: string,
  action: (entry: ScheduleEntry) => T | undefined,
  { evenTaken = false } = {},
): Promise<T> {
  let missed = 0;
  for (const until = store.now() + PATIENCE;;) {
    const entry = scheduleEntries(store).find((entry) => entry.name === name);
    if (entry && (evenTaken || entry.worker === undefined)) {
      const result = action(entry);
      if (result !== undefined) return result;
    } else if (!entry && ++missed >= 3) {
      // It can be missed while it moves; hardly three times.
      throw new QueueError(`no schedule "${name}" (see: queuectl schedule list)`);
    }
    if (store.now() > until) {
      throw new QueueError(
        `schedule ${name} is in the hands of worker ${entry?.worker}; if that is dead, start another ` +
          `or see: queuectl doctor --repair`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, missed > 0 ? 2 : 20));
  }
}
