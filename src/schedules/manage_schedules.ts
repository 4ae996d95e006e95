/**
 * What people do to existing schedules.
 *
 * @module
 */

import { enqueue } from "../moves/enqueue.ts";
import { entries } from "../contents/entries.ts";
import { MissingError, QueueError } from "../text/errors.ts";
import { jobWithId } from "../inspect/find_job.ts";
import type { Job } from "../format/job.ts";
import { isUlid, newId, timeOfId } from "../format/ids.ts";
import { HELD_TIME, JOB_STATES } from "../format/names.ts";
import { madeJobFile, type ScheduleEntry, scheduleFile } from "./schedule.ts";
import {
  loadTimetable,
  readSchedule,
  readView,
  scheduleEntries,
  type ScheduleView,
} from "./read_schedule.ts";
import { ring } from "../store/ring.ts";
import {
  flushChange,
  type OpenQueue,
  pathIn,
  removeIfThere,
  renameIfThere,
  type Store,
} from "../store/store.ts";

/** How long to wait for a worker that is turning the schedule into a job, in milliseconds. */
const PATIENCE = 10_000;

/**
 * All schedules, the first due first.
 *
 * @param broken Called with a sentence for each file that is not a schedule; it is left out.
 */
export async function listSchedules(
  queue: OpenQueue,
  broken: (sentence: string) => void = () => {},
): Promise<ScheduleView[]> {
  const { store } = queue;
  const readTimetable = await loadTimetable();
  const views: ScheduleView[] = [];
  for (const entry of scheduleEntries(store)) {
    // A schedule that moves meanwhile appears twice, under its old and its new name.
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
 * The schedule of this name.
 *
 * @throws {QueueError} If there is none.
 */
export async function findSchedule(queue: OpenQueue, name: string): Promise<ScheduleView> {
  const { store } = queue;
  const readTimetable = await loadTimetable();
  return await withEntry(store, name, (entry) => readView(store, entry, readTimetable), true);
}

/** Removes a schedule; the jobs that it added stay. */
export async function removeSchedule(queue: OpenQueue, name: string): Promise<void> {
  const { store } = queue;
  await withEntry(store, name, (entry) => {
    if (!removeIfThere(store, pathIn(store, "schedules", entry.file))) return undefined;
    dropMadeJob(store, entry);
    return true;
  });
  ring(store);
  await flushChange(store, [pathIn(store, "schedules")], `schedule ${name} was removed`);
}

/**
 * Pauses a schedule, or resumes it with its next time. Times that pass meanwhile get no job.
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
  const change = await withEntry(store, name, (entry) => {
    if ((entry.time >= HELD_TIME) === paused) return "none";
    let time = HELD_TIME;
    // An invalid file can be paused, and cannot be resumed.
    if (!paused) {
      const read = readSchedule(store, entry, readTimetable);
      if (!read) return undefined;
      time = read.times.next(store.now()) ?? HELD_TIME;
    }
    const from = pathIn(store, "schedules", entry.file);
    const to = pathIn(store, "schedules", scheduleFile(name, time));
    if (!renameIfThere(store, from, to)) return undefined;
    dropMadeJob(store, entry);
    return paused ? "paused" : "resumed";
  });
  if (change === "none") return false;
  ring(store);
  await flushChange(store, [pathIn(store, "schedules")], `schedule ${name} was ${change}`);
  return true;
}

/**
 * Removes the job that a worker had made when it died: without its schedule's stamp nobody would
 * add it.
 */
export function dropMadeJob(store: Store, entry: ScheduleEntry): void {
  removeIfThere(store, pathIn(store, "schedules", madeJobFile(entry)));
}

/** Adds a schedule's job now, due or not; its times stay the same. */
export async function runSchedule(queue: OpenQueue, name: string): Promise<Job> {
  const { job } = await findSchedule(queue, name);
  const id = handPrefix(name) + newId();
  return await enqueue(queue.store, { ...job, id, schedule: name });
}

/**
 * The last job in the queue that {@linkcode runSchedule} added for a schedule.
 *
 * @param name The schedule's name.
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
      // The ID of a job that was due has its time there, not a ULID.
      if (id.startsWith(prefix) && isUlid(id.slice(prefix.length))) ids.push(id);
    }
  }
  // A long name is cut in the ID, so two schedules can share a prefix.
  const id = ids.sort().findLast((id) => jobWithId(queue.store, id)?.schedule === name);
  return id === undefined
    ? undefined
    : { id, at: new Date(timeOfId(id.slice(prefix.length))!).toISOString() };
}

/** The beginning of the ID of a job that was run by hand; a ULID follows. */
function handPrefix(name: string): string {
  return `${name.slice(0, 37)}-`;
}

/**
 * Acts on a schedule's file, which may move at any moment; tries again until it was there.
 *
 * @param action Returns `undefined` if the file was gone.
 * @param evenTaken Whether to act also while a worker is turning it into a job.
 */
export async function withEntry<T>(
  store: Store,
  name: string,
  action: (entry: ScheduleEntry) => T | undefined,
  evenTaken = false,
): Promise<T> {
  let missed = 0;
  for (const until = store.now() + PATIENCE;;) {
    const entry = scheduleEntries(store).find((entry) => entry.name === name);
    if (entry && (evenTaken || entry.worker === undefined)) {
      const result = action(entry);
      if (result !== undefined) return result;
    } else if (!entry && ++missed >= 3) {
      // A schedule that moves can be missed once, hardly three times.
      throw new MissingError(`no schedule "${name}" (see: queuectl schedule list)`);
    }
    if (store.now() > until) {
      throw new QueueError(
        `worker ${entry?.worker} is adding a job of schedule ${name}; try again, or if it is dead ` +
          "run: queuectl doctor --repair",
      );
    }
    await new Promise((resolve) => setTimeout(resolve, missed > 0 ? 2 : 20));
  }
}
