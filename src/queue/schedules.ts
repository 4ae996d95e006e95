/**
 * What people do to schedules.
 *
 * @module
 */

import { QueueError, UsageError } from "./errors.ts";
import type { FileLock } from "./file_port.ts";
import { type Job, type JobInput, newJob } from "./job.ts";
import { enqueue } from "./enqueue.ts";
import { refuseUnknownResource } from "./limits.ts";
import { HELD_TIME, newId } from "./names.ts";
import type { Queue } from "./queue.ts";
import { scheduleEntries } from "./return_schedules.ts";
import {
  anchorOf,
  type CatchUp,
  checkScheduledJob,
  checkScheduleName,
  isInterval,
  isPaused,
  madeJobFile,
  type Overlap,
  parseSchedule,
  type Schedule,
  scheduleBytes,
  type ScheduleEntry,
  scheduleFile,
} from "./schedule.ts";
import { flush, NEW_SUFFIX, pathIn, removeIfThere, renameIfThere, type Store } from "./store.ts";
import { lockQueue } from "./taken_ids.ts";
import type { ReadTimetable, Timetable } from "./timetable.ts";

/** What makes a schedule. */
export interface ScheduleInput {
  /** 1 to 40 letters, digits, `-` or `_`. */
  name: string;
  /** Five or six cron fields, `@hourly` and its like, or `every SPAN`. */
  when: string;
  /** The time zone of the cron fields. Default: this machine's. */
  tz?: string;
  /** What becomes of times that passed while no worker lived. Default: the latest runs once. */
  catch_up?: CatchUp;
  /** What becomes of a time at which the last job has not ended. Default: `skip`; `allow` with `catch_up: all`. */
  overlap?: Overlap;
  /** The job that it adds each time. */
  job: JobInput;
}

/** A schedule as readers get it. */
export interface ScheduleView extends Omit<Schedule, "turn"> {
  /** Whether it waits until someone resumes it. */
  paused: boolean;
  /** The times at which it is due next, ISO 8601 in UTC; none while it is paused. */
  next: string[];
}

/** How long a command waits for a worker that is turning a schedule into a job, in milliseconds. */
const PATIENCE = 10_000;

/** Loaded only where someone asks about schedules, with the library that reads cron expressions. */
const loadTimetable = async () => (await import("./timetable.ts")).timetable;

/** How many of the times to come are told. */
const TIMES_TOLD = 3;

/**
 * Adds a schedule. Its jobs are added by whichever worker is alive when it is due.
 *
 * @throws {UsageError} If it is none.
 * @throws {QueueError} If there is one of this name, or no resource such as its job needs.
 *
 * @example
 * ```ts
 * import { addSchedule, Queue } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * await addSchedule(queue, { name: "nightly", when: "30 2 * * *", job: { command: "backup" } });
 * ```
 */
export async function addSchedule(queue: Queue, input: ScheduleInput): Promise<ScheduleView> {
  const { store } = queue;
  const { name, job, catch_up = "latest" } = input;
  const when = input.when.trim().replace(/\s+/g, " ");
  const { overlap = catch_up === "all" ? "allow" : "skip" } = input;
  checkScheduleName(name);
  checkScheduledJob(job);
  refuseUnknownResource(store, newJob(job, store.config, store.now()).resource);
  if (catch_up === "all" && overlap === "skip") {
    throw new UsageError(
      "--catch-up all means --overlap allow: all that was missed is due at once",
    );
  }
  if (input.tz !== undefined && isInterval(when)) {
    throw new UsageError(`"${when}" goes by no time zone; leave out --tz`);
  }
  const tz = isInterval(when) ? undefined : input.tz ?? localZone();
  const schedule: Schedule = {
    name,
    when,
    ...(tz === undefined ? {} : { tz }),
    catch_up,
    overlap,
    job,
    created_at: new Date(store.now()).toISOString(),
  };
  const times = (await loadTimetable())(when, tz, anchorOf(schedule));
  const next = times.next(store.now())!;
  const lock = await lockQueue(store);
  try {
    if (scheduleEntries(store).some((entry) => entry.name === name)) {
      throw new QueueError(
        `there is a schedule "${name}" already (see: queuectl schedule show ${name})`,
      );
    }
    await publish(store, schedule, scheduleFile(name, next));
  } finally {
    lock.release();
  }
  return viewOf({ schedule, times }, false, store.now());
}

/** @throws {UsageError} If it is not known: to guess would be to run things at another time than was meant. */
function localZone(): string {
  const zone: string | undefined = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone !== undefined && zone !== "Etc/Unknown") return zone;
  throw new UsageError(
    "this machine's time zone has no name that is known; say which is meant, such as --tz UTC",
  );
}

async function publish(store: Store, schedule: Schedule, file: string): Promise<void> {
  try {
    store.files.makeDirectory(pathIn(store, "schedules"));
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  const temporary = pathIn(store, "tmp", `schedule-${newId()}${NEW_SUFFIX}`);
  let mark: FileLock | undefined;
  try {
    store.files.create(temporary, scheduleBytes(schedule));
    mark = store.files.tryLock(temporary);
    await flush(store, [temporary]);
    store.files.renameNew(temporary, pathIn(store, "schedules", file));
  } catch (error) {
    removeIfThere(store, temporary);
    throw error;
  } finally {
    mark?.release();
  }
  await flush(store, [pathIn(store, "schedules"), store.dir]);
}

/**
 * All schedules, those that are due first at the beginning.
 *
 * @param broken Called for each file that is none, with a sentence that says so; it is left out.
 */
export async function listSchedules(
  queue: Queue,
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
export async function findSchedule(queue: Queue, name: string): Promise<ScheduleView> {
  const { store } = queue;
  const readTimetable = await loadTimetable();
  return await whileMoving(store, name, (entry) => readView(store, entry, readTimetable), {
    evenTaken: true,
  });
}

/** Removes a schedule; the jobs that it added stay. */
export async function removeSchedule(queue: Queue, name: string): Promise<void> {
  const { store } = queue;
  await whileMoving(store, name, (entry) => {
    if (!removeIfThere(store, pathIn(store, "schedules", entry.file))) return undefined;
    dropMadeJob(store, entry);
    return true;
  });
  await flush(store, [pathIn(store, "schedules")]);
}

/**
 * Pauses a schedule, or lets it go on with its next time. Times that pass meanwhile are not made good.
 *
 * @returns Whether that changed anything.
 */
export async function pauseSchedule(queue: Queue, name: string, paused: boolean): Promise<boolean> {
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
  await flush(store, [pathIn(store, "schedules")]);
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
export async function runSchedule(queue: Queue, name: string): Promise<Job> {
  const { job } = await findSchedule(queue, name);
  const id = `${name.slice(0, 37)}-${newId()}`;
  return await enqueue(queue.store, { ...job, id, schedule: name });
}

/** A schedule, and when it is due. */
interface ReadSchedule {
  schedule: Schedule;
  times: Timetable;
}

/**
 * Reads all of a schedule, so that a fault of any part of it is met here.
 *
 * @returns `undefined` if it is no longer there.
 * @throws {QueueError} If the file is no schedule.
 */
function readSchedule(
  store: Store,
  entry: ScheduleEntry,
  readTimetable: ReadTimetable,
): ReadSchedule | undefined {
  try {
    const content = store.files.read(pathIn(store, "schedules", entry.file));
    const schedule = parseSchedule(content, entry.name);
    newJob(schedule.job, store.config, store.now());
    return { schedule, times: readTimetable(schedule.when, schedule.tz, anchorOf(schedule)) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (!(error instanceof UsageError)) throw error;
    throw new QueueError(`schedules/${entry.file} is not a schedule: ${error.message}`);
  }
}

function readView(
  store: Store,
  entry: ScheduleEntry,
  readTimetable: ReadTimetable,
): ScheduleView | undefined {
  const read = readSchedule(store, entry, readTimetable);
  return read && viewOf(read, isPaused(entry), store.now());
}

function viewOf({ schedule, times }: ReadSchedule, paused: boolean, now: number): ScheduleView {
  const { turn: _turn, ...told } = schedule;
  const next: string[] = [];
  if (!paused) {
    for (
      let time = times.next(now);
      time !== undefined && next.length < TIMES_TOLD;
      time = times.next(time)
    ) next.push(new Date(time).toISOString());
  }
  return { ...told, paused, next };
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
