/**
 * What people do to jobs that wait: hold, release, move, edit. Each takes a whole ID, and says no in a
 * sentence where the job is in no state for it.
 *
 * @module
 */

import { changedDependencyFault } from "../constraints/dependency_faults.ts";
import type { WaitingEntry } from "../moves/claim.ts";
import { changeWaiting, setHeld } from "./change_waiting.ts";
import { openParents, readyTime } from "../constraints/dependencies.ts";
import { parentsOf } from "../constraints/dependencies.ts";
import { readEntry } from "../contents/entries.ts";
import { QueueError, UsageError } from "../text/errors.ts";
import { inputFault } from "../contents/inputs.ts";
import { type Job, type JobInput, newJob } from "../format/job.ts";
import { matchingEntries } from "../contents/listing.ts";
import { AFTER_TIME, HELD_TIME, isEditor } from "../format/names.ts";
import type { Queue } from "../queue.ts";
import { recoverEditor } from "../recovery/recover.ts";
import type { Store } from "../store/store.ts";
import { presentIds } from "../contents/taken_ids.ts";

/**
 * Holds a waiting job: it does not run, nor is it retried, until someone releases it.
 *
 * @throws {QueueError} If it runs, has ended, or is gone.
 */
export async function holdJob(queue: Queue, id: string): Promise<void> {
  await whileItWaits(queue, id, "held", (entry) => setHeld(queue.store, entry, true));
}

/**
 * Lets a held job go: it is ready now, at its time, or once those that it waits for have ended.
 *
 * @throws {QueueError} If nobody holds it.
 */
export async function releaseJob(queue: Queue, id: string): Promise<void> {
  const { store } = queue;
  await whileItWaits(queue, id, "released", async (entry) => {
    const job = readEntry(store, entry);
    if (!job) return false;
    const isHeld = entry.time >= HELD_TIME && entry.time < AFTER_TIME;
    // One that waits for what is no longer in the queue is let go, too.
    if (!isHeld && !(entry.time >= AFTER_TIME && readyTime(store, job) < AFTER_TIME)) {
      const open = entry.time >= AFTER_TIME ? openParents(store, job) : [];
      throw new QueueError(
        `job ${id} is not held` + (open.length > 0 ? `; it waits for ${open.join(", ")}` : ""),
      );
    }
    return await setHeld(store, entry, false);
  });
}

/**
 * Gives a waiting job another place in the order.
 *
 * @param move Its new priority, 0 to 9, or when it is ready, in milliseconds since 1970, or both.
 * @throws {UsageError} If the time is as late as that of a held job.
 * @throws {QueueError} If it runs, has ended, or is gone.
 */
export async function moveJob(
  queue: Queue,
  id: string,
  move: { priority?: number; at?: number },
): Promise<void> {
  const { store } = queue;
  if (move.at !== undefined && move.at >= HELD_TIME) {
    throw new UsageError("a job's run_at must be before the year 9998");
  }
  await whileItWaits(queue, id, "moved", (entry) =>
    changeWaiting(store, entry, (job) => {
      const moved = { ...job, priority: move.priority ?? job.priority };
      if (move.at !== undefined) moved.run_at = new Date(move.at).toISOString();
      return { job: moved, readyAt: readyAfter(store, entry, job, moved) };
    }));
}

/**
 * Changes what is in a waiting job. Nobody else can take it meanwhile; should this program die, it goes back as it
 * was.
 *
 * @param change Gets the fields that may be changed, and gives what they are to be; `undefined` to leave them. If
 * it throws, the job goes back as it was.
 * @throws {UsageError} If what it gives is no job.
 * @throws {QueueError} If it runs, has ended, or is gone.
 */
export async function editJob(
  queue: Queue,
  id: string,
  change: (fields: JobInput) => Promise<JobInput | undefined> | JobInput | undefined,
): Promise<void> {
  const { store } = queue;
  await whileItWaits(queue, id, "edited", (entry) =>
    changeWaiting(store, entry, async (job) => {
      const edited = await change(editableFields(job));
      if (edited === undefined) return { job, readyAt: entry.bare ? store.now() : entry.time };
      const changed = checkedEdit(store, job, edited);
      return { job: changed, readyAt: readyAfter(store, entry, job, changed) };
    }));
}

/** What of a job people may change: not its name, nor what has happened to it. */
function editableFields(job: Job): JobInput {
  const {
    id: _id,
    attempts: _attempts,
    history: _history,
    created_at: _created,
    updated_at: _updated,
    reason: _reason,
    ...fields
  } = job;
  return fields;
}

/** @throws {UsageError} If the edited fields make no job. */
function checkedEdit(store: Store, job: Job, edited: JobInput): Job {
  if (typeof edited !== "object" || edited === null || Array.isArray(edited)) {
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

/** When a job that has been changed is ready: what held it holds it still. */
function readyAfter(store: Store, entry: WaitingEntry, before: Job, after: Job): number {
  if (entry.time >= HELD_TIME && entry.time < AFTER_TIME) return HELD_TIME;
  const sameParents = parentsOf(before).join() === parentsOf(after).join() &&
    before.after_any === after.after_any;
  if (entry.time >= AFTER_TIME && sameParents) return AFTER_TIME;
  if (!sameParents) return readyTime(store, after);
  return before.run_at === after.run_at && !entry.bare ? entry.time : Date.parse(after.run_at);
}

/** How often to try before a job is said to keep moving, and how long to wait for one that is being changed. */
const [TRIES, PAUSE] = [50, 100];

/**
 * Acts on a job where it waits; it may be taken just then, and come back.
 *
 * @param done What is to be done to it, for the sentence that says why not.
 */
async function whileItWaits(
  queue: Queue,
  id: string,
  done: string,
  act: (entry: WaitingEntry) => Promise<boolean>,
): Promise<void> {
  const { store } = queue;
  for (let tries = 0; tries < TRIES; tries++) {
    const entry = matchingEntries(store, id).find((match) => match.id === id);
    if (!entry) {
      if (!queue.get(id)) throw new QueueError(`no job ${id} (see: queuectl list)`);
      continue;
    }
    const { state } = entry;
    if (state === "pending" || state === "failed") {
      if (await act({ ...entry, state })) return;
    } else if (state !== "processing") {
      throw new QueueError(`job ${id} cannot be ${done}, as it has ended: it is ${state}`);
    } else if (!isEditor(entry.worker ?? "")) {
      throw new QueueError(`job ${id} cannot be ${done}, as it is running`);
    } else if (!await recoverEditor(store, entry.worker!)) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
  throw new QueueError(`job ${id} is being changed by another command; try again`);
}
