/**
 * The move back to pending/: a job that has ended, or waits for its retry, is ready again.
 *
 * @module
 */

import { readEntry } from "../contents/entries.ts";
import { QueueError } from "../text/errors.ts";
import { entryWithId, jobWithId } from "../inspect/find_job.ts";
import { waitingName } from "../format/names.ts";
import { flushChange, pathIn, renameIfThere, type Store } from "../store/store.ts";
import { lockQueue } from "../store/queue_lock.ts";
import { holderOf, takeKeys } from "../constraints/unique.ts";

/**
 * Makes a job ready now that has ended, or waits for its retry.
 *
 * @param id Its whole ID.
 * @throws {QueueError} If it waits or runs already, or is missing, or another job has its key.
 */
export async function requeueJob(store: Store, id: string): Promise<void> {
  using _lock = jobWithId(store, id)?.unique === undefined ? undefined : await lockQueue(store);
  for (let tries = 0; tries < 3; tries++) {
    const entry = entryWithId(store, id);
    if (entry.state === "pending" || entry.state === "processing") {
      throw new QueueError(`job ${id} is ${entry.state}; there is nothing to retry`);
    }
    const job = readEntry(store, entry);
    if (!job) continue;
    const name = waitingName(store.now(), job.priority, id);
    if (job.unique !== undefined && entry.state !== "failed") {
      const holder = await holderOf(store, job.unique);
      if (holder !== undefined) {
        throw new QueueError(`job ${holder} has the key "${job.unique}" of ${id} now`);
      }
      await takeKeys(store, [{ key: job.unique, id, waiting: name }]);
    }
    const from = pathIn(store, entry.state, entry.path);
    if (!renameIfThere(store, from, pathIn(store, "pending", name))) continue;
    const changed = [pathIn(store, "pending"), pathIn(store, entry.state)];
    await flushChange(store, changed, `job ${id} is to run again`);
    return;
  }
  throw new QueueError(`job ${id} keeps moving; try again`);
}
