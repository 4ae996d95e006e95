/**
 * Turns a due schedule into a job, exactly once for each of its times, whoever races and whoever
 * dies.
 *
 * 1. `schedules/STAMP-NAME.json` is renamed to `STAMP-NAME@WORKER.json`: the election. A crash from
 *    here to 5: recovery renames it back, and the next worker goes on where this one stopped.
 * 2. The job is written to `schedules/STAMP-NAME.job`. A crash here: nothing is decided yet; the
 *    job is made anew.
 * 3. The decision (which job, and when the schedule is due next) is written into the schedule's
 *    file: a new file, flushed with the job and its name, replaces it by a rename. From here on
 *    nobody decides again.
 * 4. The job is renamed to pending/, under an ID made of the schedule's name and the time. The
 *    `.job` file shows whether that happened: while it exists the job is not added; once it is gone
 *    the job is, even if it has long since run and been removed. Only a power cut can leave both
 *    names, so the job is not added if its ID is in the queue.
 * 5. `STAMP-NAME@WORKER.json` is renamed to `NEXT-NAME.json`.
 *
 * @module
 */

import { QueueError, UsageError } from "../text/errors.ts";
import { jobBytes, newJob } from "../format/job.ts";
import { HELD_TIME, waitingName } from "../format/names.ts";
import {
  anchorOf,
  dueTime,
  isMissed,
  madeJobFile,
  parseSchedule,
  type Schedule,
  scheduleBytes,
  scheduledId,
  type ScheduleEntry,
  scheduleFile,
  type Skipped,
} from "./schedule.ts";
import { ring } from "../store/ring.ts";
import {
  flush,
  pathIn,
  removeIfThere,
  renameBack,
  renameIfThere,
  type Store,
  temporaryPath,
} from "../store/store.ts";
import { findTaken } from "../contents/taken_ids.ts";
import { fileDistrust } from "../store/trust.ts";
import { scheduleEntries } from "./read_schedule.ts";
import type { ReadTimetable } from "./timetable.ts";
import { isOpen } from "../constraints/unique.ts";
import { selector } from "../inspect/selection.ts";
import { endOf, entries } from "../contents/entries.ts";

/** How many skipped times a schedule keeps. */
const SKIPPED_KEPT = 10;

/**
 * Turns a due schedule into a job, unless another worker is faster.
 *
 * @param entry The schedule, due and not taken.
 * @param worker The worker that does it; it must hold its own lock.
 * @returns `false` if another worker has the schedule, which is normal.
 * @throws {QueueError} If the file is not a schedule; it is paused, so that it blocks nothing.
 */
export async function turnSchedule(
  store: Store,
  entry: ScheduleEntry,
  worker: string,
  readTimetable: ReadTimetable,
): Promise<boolean> {
  const taken: ScheduleEntry = {
    ...entry,
    worker,
    file: scheduleFile(entry.name, entry.time, worker),
  };
  const [from, own] = [pathOf(store, entry.file), pathOf(store, taken.file)];
  if (!renameIfThere(store, from, own)) return false;
  try {
    // Another machine may have decided in a new file of this name, which ours does not know.
    const stat = store.files.exists(own, "fresh") ? store.files.stat(own) : undefined;
    const distrust = stat && fileDistrust(stat, store.owner);
    if (distrust !== undefined) throw new UsageError(distrust);
    if (stat && stat.kind !== "file") throw new UsageError("it is not a regular file");
    const schedule = parseSchedule(store.files.read(own), entry.name);
    const isDecided = schedule.turn?.from === new Date(entry.time).toISOString();
    const decided = isDecided ? schedule : await decide(store, taken, schedule, readTimetable);
    if (!decided) return false;
    // The worker that decided may have died before its flush.
    if (isDecided) await flush(store, [pathIn(store, "schedules")]);
    await carryOut(store, taken, decided, isDecided);
    return true;
  } catch (error) {
    if (error instanceof UsageError) {
      renameIfThere(store, own, pathOf(store, scheduleFile(entry.name, HELD_TIME)));
      throw new QueueError(
        `paused schedule ${entry.name}: invalid file: ${error.message}`,
      );
    }
    // The disk refused, so give the schedule back for another try.
    const isThere = renameIfThere(store, own, from);
    if (!isThere && error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Steps 2 and 3; `undefined` if the schedule was taken away meanwhile. */
async function decide(
  store: Store,
  taken: ScheduleEntry,
  schedule: Schedule,
  readTimetable: ReadTimetable,
): Promise<Schedule | undefined> {
  const { name, time } = taken;
  const times = readTimetable(schedule.when, schedule.tz, anchorOf(schedule));
  const due = dueTime(schedule, times, time, store.now());
  const next = times.next(due);
  const decided: Schedule = {
    ...schedule,
    turn: {
      from: new Date(time).toISOString(),
      ...(next === undefined ? {} : { next: new Date(next).toISOString() }),
    },
  };
  const skipped: Skipped[] = [];
  const skip = (time: number, reason: string) =>
    skipped.push({ due: new Date(time).toISOString(), reason });
  if (due > time) skip(time, "no worker was running; a later time was due by then");

  const id = scheduledId(name, due);
  const runAt = new Date(due).toISOString();
  const input = { ...schedule.job, id, run_at: runAt, schedule: name };
  const job = newJob(input, store.config, store.now());
  const waiting = waitingName(due, job.priority, id, job);
  const open = schedule.overlap === "tag" ? openWithTags(store, schedule.job.tags) : undefined;
  const made = pathOf(store, madeJobFile(taken));
  const written: string[] = [];
  removeIfThere(store, made);
  if (isMissed(schedule, due, store.now())) {
    skip(due, "no worker was running");
  } else if (schedule.overlap !== "allow" && lastIsOpen(store, schedule)) {
    skip(due, `the last job, ${schedule.last!.id}, had not ended`);
  } else if (open !== undefined) {
    skip(due, `job ${open}, which has its tags, had not ended`);
  } else if (wasAdded(store, schedule, due, id) || isUnderWay(store, id, waiting)) {
    skip(due, `a job ${id} exists already`);
  } else {
    store.files.create(made, jobBytes(job));
    written.push(made);
    decided.turn = { ...decided.turn!, job: id, waiting };
    decided.last = { due: runAt, id, waiting };
  }
  if (skipped.length > 0) {
    decided.skipped = [...schedule.skipped ?? [], ...skipped].slice(-SKIPPED_KEPT);
  }
  const temporary = temporaryPath(store, "schedule-");
  store.files.create(temporary, scheduleBytes(decided));
  // The folder too: if only the decision were durable and not the job's name, the job would count
  // as added.
  if (written.length > 0) written.push(pathIn(store, "schedules"));
  await flush(store, [...written, temporary]);
  const own = pathOf(store, taken.file);
  if (!store.files.exists(own, "fresh")) {
    // This worker was believed dead: another has the schedule now and decides.
    removeIfThere(store, temporary);
    return undefined;
  }
  store.files.rename(temporary, own);
  await flush(store, [pathIn(store, "schedules")]);
  return decided;
}

/** Steps 4 and 5. */
async function carryOut(
  store: Store,
  taken: ScheduleEntry,
  { name, turn }: Schedule,
  resumed: boolean,
): Promise<void> {
  const { job, waiting, next } = turn!;
  if (job !== undefined && waiting !== undefined) {
    const made = pathOf(store, madeJobFile(taken));
    if (resumed && findTaken(store, new Set([job]))) removeIfThere(store, made);
    else if (renameIfThere(store, made, pathIn(store, "pending", waiting))) ring(store);
    await flush(store, [pathIn(store, "pending"), pathIn(store, "schedules")]);
  }
  const time = next === undefined ? HELD_TIME : Date.parse(next);
  const own = pathOf(store, taken.file);
  renameIfThere(store, own, pathOf(store, scheduleFile(name, time)));
  await flush(store, [pathIn(store, "schedules")]);
}

function lastIsOpen(store: Store, { last }: Schedule): boolean {
  return last !== undefined && isOpen(store, last.id, last.waiting);
}

/** The states of jobs that have not ended; one that is retried meanwhile is met again. */
const OPEN_STATES = ["failed", "pending", "processing", "failed"] as const;

/** The ID of a job that has all of some tags and has not ended. Reads all files of such states. */
function openWithTags(store: Store, tags: readonly string[] = []): string | undefined {
  const hasTags = selector(store, { tags });
  for (const state of OPEN_STATES) {
    for (const entry of entries(store, state)) if (hasTags(entry)) return entry.id;
  }
}

/**
 * Whether this time has a job already: from an earlier schedule of this name, or before the clock
 * was set back.
 */
function wasAdded(store: Store, { last }: Schedule, due: number, id: string): boolean {
  if (endOf(store, id) !== undefined) return true;
  // Only then can the job be there and not have ended. To look for it means to read all names.
  return last !== undefined && Date.parse(last.due) >= due &&
    findTaken(store, new Set([id])) !== undefined;
}

/**
 * Whether the job of a time waits as it was added, or runs, on a file system that machines share:
 * one that keeps copies can bring back a schedule's earlier name, with what the file said then.
 */
function isUnderWay(store: Store, id: string, waiting: string): boolean {
  if (store.files.isLocal(store.dir)) return false;
  return store.files.exists(pathIn(store, "pending", waiting), "fresh") ||
    (["processing", "failed"] as const).some((state) =>
      entries(store, state).some((entry) => entry.id === id)
    );
}

function pathOf(store: Store, file: string): string {
  return pathIn(store, "schedules", file);
}

/**
 * Gives back the schedules that a dead worker had taken: the next worker goes on where it stopped.
 *
 * @param worker The dead worker; its lock must be held.
 */
export async function returnSchedules(store: Store, worker: string): Promise<void> {
  let returned = false;
  for (const { name, time, file } of scheduleEntries(store).filter((it) => it.worker === worker)) {
    const free = pathOf(store, scheduleFile(name, time));
    returned = renameBack(store, pathOf(store, file), free) || returned;
  }
  if (returned) await flush(store, [pathIn(store, "schedules")]);
}
