/**
 * Adding jobs together that each need a name of their own in pending/, to be released by: a batch's folder
 * is ready when its foremost job is, and these are not ready yet.
 *
 * @module
 */

import { isReady, markChildren, parentsOf, releaseIfReady, unmarkChild } from "./dependencies.ts";
import { waitingTime } from "./enqueue.ts";
import { contentOf } from "./publish.ts";
import type { FileLock } from "./file_port.ts";
import { type Job, type JobInput, newJob } from "./job.ts";
import { newId, waitingName } from "./names.ts";
import { flush, NEW_SUFFIX, pathIn, removeIfThere, type Store } from "./store.ts";

/**
 * Publishes jobs that wait for others or are held, with a few flushes for all of them.
 *
 * @param lockDirectory Takes the lock that marks a folder in tmp/ as still being written.
 * @param published Gets the jobs that are in the queue, in order, also if the disk refuses the rest.
 */
export async function publishApart(
  store: Store,
  inputs: readonly JobInput[],
  lockDirectory: (store: Store, path: string) => FileLock | undefined,
  published: Job[],
): Promise<void> {
  const jobs = inputs.map((input) => newJob(input, store.config, store.now()));
  const names = jobs.map((job, index) =>
    waitingName(waitingTime(job, inputs[index]!.hold), job.priority, job.id)
  );
  const temporary = pathIn(store, "tmp", newId() + NEW_SUFFIX);
  let mark: FileLock | undefined;
  try {
    // The markers first: whatever ends from now on finds the jobs that wait for it.
    await markChildren(store, jobs);
    store.files.makeDirectory(temporary);
    mark = lockDirectory(store, temporary);
    jobs.forEach((job, index) =>
      store.files.create(`${temporary}/${names[index]}`, contentOf(job))
    );
    if (store.config.fsync) await store.files.syncTree(temporary);
    for (const [index, job] of jobs.entries()) {
      const name = names[index]!;
      store.files.renameNew(`${temporary}/${name}`, pathIn(store, "pending", name));
      published.push(job);
    }
  } finally {
    discard(store, temporary, jobs.slice(published.length), names.slice(published.length));
    mark?.release();
    if (published.length > 0) await flush(store, [pathIn(store, "pending")]);
  }
  let released = false;
  for (const [index, job] of jobs.entries()) {
    // What it waits for may have ended before it was there to be released.
    if (inputs[index]!.hold || parentsOf(job).length === 0 || !isReady(store, job)) continue;
    released = releaseIfReady(store, job.id) || released;
  }
  if (released) await flush(store, [pathIn(store, "pending")]);
}

/**
 * Removes the folder in tmp/, with the jobs that were not published. What the disk refuses to remove is removed by
 * whoever removes what dead programs have left there.
 */
function discard(
  store: Store,
  temporary: string,
  jobs: readonly Job[],
  names: readonly string[],
): void {
  try {
    for (const [index, job] of jobs.entries()) {
      removeIfThere(store, `${temporary}/${names[index]}`);
      unmarkChild(store, job);
    }
    removeIfThere(store, temporary);
  } catch {
    // The jobs that are in the queue count, and the error that there may have been before.
  }
}
