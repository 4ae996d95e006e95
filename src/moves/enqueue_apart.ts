/**
 * Adding jobs that each need a name of their own in pending/: they are held, have a key, or wait
 * for others. A batch would not do, as its folder is ready when its first job is.
 *
 * @module
 */

import {
  isReady,
  markChildren,
  parentsOf,
  releaseIfReady,
  unmarkChild,
} from "../constraints/dependencies.ts";
import type { FileLock } from "../fs/file_port.ts";
import type { WrittenInput } from "../contents/inputs.ts";
import { type Job, type JobInput, newJob } from "../format/job.ts";
import { contentOf, newName, publish } from "./publish.ts";
import { ring } from "../store/ring.ts";
import { flush, pathIn, removeIfThere, type Store, temporaryPath } from "../store/store.ts";
import { createFolderLocked } from "../store/temporary_files.ts";
import { takeKeys } from "../constraints/unique.ts";

/** The file in a folder of tmp/ that its writer keeps locked. */
const LOCK = ".lock";

/** What {@linkcode publishApart} has done, even if it fails. */
export interface AddedApart {
  /** The jobs that are in the queue, in order, from the first. */
  jobs: Job[];
  /** Whether they survive a power cut. */
  areDurable: boolean;
}

/** A job that is about to be published. */
interface Named {
  job: Job;
  /** Its name in pending/. */
  name: string;
  isHeld: boolean;
}

/**
 * Publishes jobs each under a name of its own, with a few flushes for all. The queue's lock must be
 * held if one has a key or waits for others.
 *
 * @param inputs What was admitted; their keys are free.
 * @param added Gets what was done.
 * @param written The input of the job, if there is just one.
 */
export async function publishApart(
  store: Store,
  inputs: readonly JobInput[],
  added: AddedApart,
  written?: WrittenInput,
): Promise<void> {
  const named = inputs.map((input): Named => {
    const job = newJob(input, store.config, store.now());
    return { job, name: newName(job, input), isHeld: input.hold ?? false };
  });
  const jobs = named.map(({ job }) => job);
  // Before the jobs: a key without a job counts for nothing, but a job without its key would not be
  // found.
  await takeKeys(
    store,
    named.flatMap(({ job: { id, unique: key }, name: waiting }) =>
      key === undefined ? [] : [{ key, id, waiting }]
    ),
  );
  try {
    // The markers too: a parent that ends from now on finds its children.
    await markChildren(store, jobs);
    if (named.length === 1) await publishOne(store, named[0]!, added, written);
    else await publishFolder(store, named, added);
  } finally {
    unmark(store, jobs.slice(added.jobs.length));
  }
  let released = false;
  for (const { job, isHeld } of named) {
    // Its parents may have ended before it was there to be released.
    if (isHeld || parentsOf(job).length === 0 || !isReady(store, job)) continue;
    released = releaseIfReady(store, job.id) || released;
  }
  if (!released) return;
  ring(store);
  await flush(store, [pathIn(store, "pending")]);
}

async function publishOne(
  store: Store,
  { job, name }: Named,
  added: AddedApart,
  written?: WrittenInput,
): Promise<void> {
  try {
    await written?.place(job.id);
    await publish(store, name, contentOf(job));
  } catch (error) {
    // The job could not be taken back: it keeps its input.
    if (written && store.files.exists(pathIn(store, "pending", name))) written.keep();
    throw error;
  }
  written?.keep();
  added.jobs.push(job);
  added.areDurable = true;
}

/** Writes a folder in tmp/, flushes it whole, and publishes each job in it. */
async function publishFolder(
  store: Store,
  named: readonly Named[],
  added: AddedApart,
): Promise<void> {
  const temporary = temporaryPath(store);
  let mark: FileLock | undefined;
  try {
    // The first by name, and not one of those that leave one by one.
    const own = { path: `${temporary}/${LOCK}`, content: new Uint8Array() };
    mark = createFolderLocked(store, temporary, own);
    for (const { job, name } of named) store.files.create(`${temporary}/${name}`, contentOf(job));
    if (store.config.fsync) await store.files.syncTree(temporary);
    for (const { job, name } of named) {
      store.files.renameNew(`${temporary}/${name}`, pathIn(store, "pending", name));
      added.jobs.push(job);
    }
    ring(store);
  } finally {
    discard(store, temporary, named.slice(added.jobs.length));
    mark?.release();
    if (added.jobs.length > 0) await flushOrTakeBack(store, named, added);
    added.areDurable = true;
  }
}

/**
 * Flushes the names of jobs. If that fails, takes back those that are still there, the last first.
 */
async function flushOrTakeBack(
  store: Store,
  named: readonly Named[],
  added: AddedApart,
): Promise<void> {
  try {
    await flush(store, [pathIn(store, "pending")]);
  } catch (error) {
    for (const { name } of named.slice(0, added.jobs.length).reverse()) {
      // A job that has gone on is in the queue, and so are those before it.
      if (!removeIfThere(store, pathIn(store, "pending", name))) break;
      added.jobs.pop();
    }
    throw error;
  }
}

/**
 * Removes the folder in tmp/, with the jobs that were not published. What the disk refuses to
 * remove is removed later, as a stray.
 */
function discard(store: Store, temporary: string, unpublished: readonly Named[]): void {
  try {
    for (const { name } of unpublished) removeIfThere(store, `${temporary}/${name}`);
    removeIfThere(store, `${temporary}/${LOCK}`);
    removeIfThere(store, temporary);
  } catch {
    // The result for the caller stays: the jobs in the queue, or an earlier error.
  }
}

/** Removes the markers of jobs that were not added. */
function unmark(store: Store, jobs: readonly Job[]): void {
  try {
    for (const job of jobs) unmarkChild(store, job);
  } catch {
    // Likewise; a marker without a job counts for nothing.
  }
}
