/**
 * What people do to a job that waits: hold, release, start, move and edit it.
 * Each takes a whole ID, and throws one sentence if the job is in no state for it.
 *
 * @module
 */

import { openParents, parentsOf, readyTime } from "../constraints/dependencies.ts";
import { changedDependencyFault } from "../constraints/dependency_faults.ts";
import { type Entry, entryPath, readEntry } from "../contents/entries.ts";
import { inputFault } from "../contents/inputs.ts";
import { isUnrecorded, unrecordedText } from "../contents/job_output_files.ts";
import { presentIds } from "../contents/taken_ids.ts";
import { isObject } from "../format/field_checks.ts";
import { type Job, type JobInput, type JobView, newJob } from "../format/job.ts";
import { AFTER_TIME, HELD_TIME, START_TIME, startsAtOnce } from "../format/names.ts";
import { entryAtRest } from "../inspect/entry_at_rest.ts";
import { entryWithId } from "../inspect/find_job.ts";
import type { WaitingEntry } from "../moves/claim.ts";
import type { Queue } from "../queue.ts";
import { recoverEditor } from "../recovery/recover.ts";
import type { Store } from "../store/store.ts";
import { QueueError, UsageError } from "../text/errors.ts";
import { changeWaiting, setHeld } from "../moves/change_waiting.ts";

/**
 * Holds a waiting job: it does not run until someone releases it.
 *
 * @param seen Where it was seen last, which saves a look at all names.
 * @throws {QueueError} If it runs, has ended, or is gone.
 */
export async function holdJob(queue: Queue, id: string, seen?: Entry): Promise<void> {
  await whileItWaits(queue, id, "hold", (entry) => setHeld(queue.store, entry, true), seen);
}

/**
 * Releases a held job: it is ready now, at its time, or once the jobs that it waits for have ended.
 *
 * @param seen Where it was seen last, which saves a look at all names.
 * @throws {QueueError} If it is not held.
 */
export async function releaseJob(queue: Queue, id: string, seen?: Entry): Promise<void> {
  const { store } = queue;
  await whileItWaits(queue, id, "release", async (entry) => {
    // Another machine may have held it just now.
    const isThere = store.files.exists(entryPath(store, entry), "fresh");
    const job = isThere ? readEntry(store, entry) : undefined;
    if (!job) return false;
    // A job that waits for others is released if those are no longer in the queue.
    const waits = entry.time >= AFTER_TIME;
    const isHeld = entry.time >= HELD_TIME && !waits;
    if (!isHeld && !(waits && readyTime(store, job) < AFTER_TIME)) {
      const open = waits ? openParents(store, job) : [];
      throw new QueueError(
        `job ${id} is not held` + (open.length > 0 ? `; it waits for ${open.join(", ")}` : ""),
      );
    }
    return await setHeld(store, entry, false);
  }, seen);
}

/**
 * Starts a waiting job at once: a live worker runs it though all its slots are taken, the queue is
 * paused, or a limit is reached; it takes no place of a limit. Without a live worker the next one
 * runs it first. A job that is held, delayed, or waits for its retry waits no longer. This holds
 * for one attempt.
 *
 * @throws {QueueError} If it waits for other jobs, runs, has ended, or is gone.
 */
export async function startJobNow(queue: Queue, id: string): Promise<void> {
  const { store } = queue;
  await whileItWaits(queue, id, "start", async (entry) => {
    if (startsAtOnce(entry.time)) return true;
    return await changeWaiting(store, entry, (job) => {
      const open = openParents(store, job);
      if (open.length > 0) {
        throw new QueueError(`cannot start job ${id}: it waits for ${open.join(", ")}`);
      }
      // A job that is lost before the time in its file would be taken for one that never ran.
      const run_at = new Date(Math.min(Date.parse(job.run_at), store.now())).toISOString();
      return { job: { ...job, run_at }, readyAt: START_TIME };
    });
  });
}

/**
 * Gives a waiting job another place in the order.
 *
 * @param move Its new priority, 0 to 9, or when it is ready, in milliseconds since 1970, or both.
 * @param seen Where it was seen last, which saves a look at all names.
 * @throws {UsageError} If the time is in the year 9998 or later.
 * @throws {QueueError} If it runs, has ended, or is gone.
 */
export async function moveJob(
  queue: Queue,
  id: string,
  move: { priority?: number; at?: number },
  seen?: Entry,
): Promise<void> {
  const { store } = queue;
  if (move.at !== undefined && move.at >= HELD_TIME) {
    throw new UsageError("a job's run_at must be before the year 9998");
  }
  await whileItWaits(queue, id, "move", (entry) =>
    changeWaiting(store, entry, (job) => {
      const moved = { ...job, priority: move.priority ?? job.priority };
      if (move.at !== undefined) moved.run_at = new Date(move.at).toISOString();
      return { job: moved, readyAt: readyAfter(store, entry, job, moved) };
    }), seen);
}

/**
 * Moves a waiting job right before another: it gets that one's priority, and is ready a millisecond
 * before it. It also comes before jobs that were ready in the same millisecond as the other, as
 * those of one batch are; of jobs that were ready a millisecond earlier, the lower ID comes first.
 *
 * @param other The whole ID of the other.
 * @throws {QueueError} If either runs, has ended or is gone; or if the other is held, waits for
 * other jobs, or is to start at once.
 */
export async function moveJobBefore(queue: Queue, id: string, other: string): Promise<void> {
  if (id === other) throw new UsageError(`job ${id} cannot be moved before itself`);
  const { state, time, priority, bare } = entryWithId(queue.store, other);
  const cannot = (why: string) => new QueueError(`cannot move job ${id} before ${other}: ${why}`);
  if (state !== "pending" && state !== "failed") throw cannot(`that one does not wait (${state})`);
  if (bare) throw cannot("the name of that one does not say when it is ready");
  if (startsAtOnce(time)) throw cannot("that one starts at once");
  if (time >= HELD_TIME) {
    throw cannot(`that one ${time < AFTER_TIME ? "is held" : "waits for other jobs"}`);
  }
  await moveJob(queue, id, { priority, at: time - 1 });
}

/**
 * Changes the content of a waiting job. While `change` is at work the job stays where it is, so a
 * worker may start it, and others may change it: then this fails and nothing is written.
 *
 * @param change Gets the fields that may be changed, and returns the new ones; `undefined` changes
 * nothing.
 * @throws {UsageError} If what it returns is not a job.
 * @throws {QueueError} If the job runs, has ended, is gone, or changed meanwhile.
 */
export async function editJob(
  queue: Queue,
  id: string,
  change: (fields: JobInput) => Promise<JobInput | undefined> | JobInput | undefined,
): Promise<void> {
  const { store } = queue;
  const before = await readWaiting(queue, id);
  const edited = await change(editableFields(before));
  if (edited === undefined) return;
  await whileItWaits(queue, id, "edit", (entry) =>
    changeWaiting(store, entry, (job) => {
      if (contentOf(job) !== contentOf(before)) {
        throw new QueueError(`job ${id} was changed by another command meanwhile; edit it again`);
      }
      const changed = checkedEdit(store, job, edited);
      return { job: changed, readyAt: readyAfter(store, entry, job, changed) };
    }));
}

/** The job as its file has it while it waits. */
async function readWaiting(queue: Queue, id: string): Promise<Job> {
  const { store } = queue;
  let job: JobView | undefined;
  await whileItWaits(queue, id, "edit", (entry) => {
    // Another machine may have changed it just now.
    const isThere = store.files.exists(entryPath(store, entry), "fresh");
    // Not read as bare: the priority must be the file's.
    job = isThere ? readEntry(store, { ...entry, bare: false }) : undefined;
    return Promise.resolve(job !== undefined);
  });
  const { state: _state, malformed, ...rest } = job!;
  if (malformed === undefined) return rest;
  throw new QueueError(`${id} is not a job: ${malformed} (see: queuectl doctor)`);
}

/** What differs between two jobs if an edit of the one must not be written over the other. */
function contentOf(job: Job): string {
  return JSON.stringify([job.created_at, editableFields(job)]);
}

/** The fields that people may change: not the ID, nor what has happened to the job. */
function editableFields(job: Job): JobInput {
  const {
    id: _id,
    attempts: _attempts,
    history: _history,
    created_at: _created,
    updated_at: _updated,
    ...fields
  } = job;
  return fields;
}

/** @throws {UsageError} If the edited fields are not those of a job. */
export function checkedEdit(store: Store, job: Job, edited: JobInput): Job {
  if (!isObject(edited)) {
    throw new UsageError("a job is a JSON object");
  }
  if ((edited.unique ?? undefined) !== job.unique) {
    throw new UsageError("the unique key of a job cannot be changed; cancel it and add another");
  }
  const inputReason = edited.stdin === true ? inputFault(store, job.id) : undefined;
  if (inputReason !== undefined) throw new UsageError(`"stdin" cannot be true: ${inputReason}`);
  const given = { run_at: job.run_at, ...edited, id: job.id };
  const checked = newJob(given, store.config, store.now());
  const present = presentIds(store, new Set(checked.after));
  const fault = changedDependencyFault(store, checked, (id) => present.has(id));
  if (fault) throw new UsageError(fault.message);
  const { created_at, attempts, history } = job;
  return { ...checked, created_at, attempts, history };
}

/**
 * When a changed job is ready. A held job stays held; one that waits for the same jobs keeps
 * waiting.
 */
function readyAfter(store: Store, entry: WaitingEntry, before: Job, after: Job): number {
  if (entry.time >= HELD_TIME && entry.time < AFTER_TIME) return HELD_TIME;
  const sameParents = parentsOf(before).join() === parentsOf(after).join() &&
    before.after_any === after.after_any;
  if (!sameParents) return readyTime(store, after);
  if (entry.time >= AFTER_TIME) return AFTER_TIME;
  return before.run_at === after.run_at && !entry.bare ? entry.time : Date.parse(after.run_at);
}

/** How often to try if the job moves each time that it is found. */
const TRIES = 50;

/**
 * Acts on a waiting job; tries again if someone takes it at that moment.
 *
 * @param verb What is to be done to it, for the error: `hold`.
 * @param act Returns whether the job was still there.
 * @param seen Where it was seen last.
 */
async function whileItWaits(
  { store }: Queue,
  id: string,
  verb: string,
  act: (entry: WaitingEntry) => Promise<boolean>,
  seen?: Entry,
): Promise<void> {
  const recover = (editor: string) => recoverEditor(store, editor);
  for (let tries = 0; tries < TRIES; tries++) {
    const entry = await entryAtRest(store, id, tries === 0 ? seen : undefined, recover);
    const { state } = entry;
    if (state === "processing") {
      const cannot = `cannot ${verb} job ${id}: it`;
      throw new QueueError(
        isUnrecorded(store, entry.worker ?? "", id)
          ? unrecordedText(`${cannot} has ended`)
          : `${cannot} is running`,
      );
    }
    if (state !== "pending" && state !== "failed") {
      throw new QueueError(`cannot ${verb} job ${id}: it has ended (${state})`);
    }
    if (await act({ ...entry, state })) return;
  }
  throw new QueueError(`job ${id} keeps moving; try again`);
}
