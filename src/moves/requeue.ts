/**
 * The move back to pending/: a job that has ended, or waits for its retry, is ready again.
 *
 * @module
 */

import { endOf, type Entry, readEntry } from "../contents/entries.ts";
import { markChildren, parentsOf, readyTime, releaseIfReady } from "../constraints/dependencies.ts";
import { QueueError } from "../text/errors.ts";
import { beingChanged, entryAtRest } from "../inspect/entry_at_rest.ts";
import { entryWithId, jobWithId } from "../inspect/find_job.ts";
import type { Job } from "../format/job.ts";
import { AFTER_TIME, HELD_TIME, waitingName } from "../format/names.ts";
import { isEditor } from "../format/worker_names.ts";
import { ring } from "../store/ring.ts";
import { flushChange, pathIn, renameIfThere, type Store } from "../store/store.ts";
import { lockQueue } from "../store/queue_lock.ts";
import { holderOf, takeKeys } from "../constraints/unique.ts";

/**
 * Makes a job ready now that has ended, or waits for its retry. It waits again for those of its
 * parents that are to run again themselves.
 *
 * @param id Its whole ID.
 * @param seen Where it was seen last, which saves a look at all names.
 * @param held Whether it is held: it has ended, and is ready only once it is released.
 * @throws {QueueError} If it waits or runs already, or is missing, or another job has its key.
 */
export async function requeueJob(
  store: Store,
  id: string,
  seen?: Entry,
  held?: "held",
): Promise<void> {
  // Not under the lock, which the other command may need.
  seen = await entryAtRest(store, id, seen);
  const before = readEntry(store, seen) || jobWithId(store, id);
  using _lock = needsLock(before) ? await lockQueue(store) : undefined;
  for (let tries = 0; tries < 3; tries++) {
    const entry = entryWithId(store, id, tries === 0 ? seen : undefined);
    if (isEditor(entry.worker ?? "")) throw beingChanged(id);
    if (entry.state === "pending" || entry.state === "processing") {
      throw new QueueError(`job ${id} is ${entry.state}; there is nothing to retry`);
    }
    const job = readEntry(store, entry);
    if (!job) continue;
    const waits = entry.state !== "failed" && await waitsAgain(store, job);
    const name = waitingName(
      held ? HELD_TIME : waits ? AFTER_TIME : store.now(),
      job.priority,
      id,
      job,
    );
    if (job.unique !== undefined && entry.state !== "failed") {
      const holder = await holderOf(store, job.unique);
      if (holder !== undefined) {
        throw new QueueError(`job ${holder} has the key "${job.unique}" of ${id} now`);
      }
      await takeKeys(store, [{ key: job.unique, id, waiting: name }]);
    }
    const from = pathIn(store, entry.state, entry.path);
    if (!renameIfThere(store, from, pathIn(store, "pending", name))) continue;
    // A parent may have ended after we looked, when this name was not there yet.
    if (waits && !held) releaseIfReady(store, id);
    ring(store);
    const changed = [pathIn(store, "pending"), pathIn(store, entry.state)];
    await flushChange(store, changed, `job ${id} is to run again`);
    return;
  }
  throw new QueueError(`job ${id} keeps moving; try again`);
}

/** Whether the queue's lock must be held while a job with a key or with parents is requeued. */
function needsLock(job: Job | undefined): boolean {
  return job !== undefined && (job.unique !== undefined || parentsOf(job).length > 0);
}

/**
 * Whether a job that had ended has to wait for its parents. Its markers are there afterwards, also
 * for dead parents: none is removed before the job is claimed.
 */
async function waitsAgain(store: Store, job: Job): Promise<boolean> {
  if (parentsOf(job).every((parent) => endOf(store, parent) === "done")) return false;
  await markChildren(store, [job]);
  return readyTime(store, { ...job, attempts: 0 }) === AFTER_TIME;
}
