/**
 * The move from nothing to waiting. A job is acknowledged once it is durable, and visible only
 * once it is complete.
 *
 * @module
 */

import { checkDependencies, markChild, releaseIfReady } from "./dependencies.ts";
import { QueueError, UsageError } from "./errors.ts";
import type { FileLock } from "./file_port.ts";
import { type Job, jobBytes, type JobInput, MAX_JOB_BYTES, newJob } from "./job.ts";
import { AFTER_TIME, waitingName } from "./names.ts";
import { flush, NEW_SUFFIX, pathIn, removeIfThere, type Store } from "./store.ts";
import { findTaken, lockQueue, refuseTaken } from "./taken_ids.ts";
import { holderOf, takeKey } from "./unique.ts";

/** A job with this `unique` key waits or runs already; nothing was added. */
export class KeyTakenError extends QueueError {
  /**
   * Makes the error.
   *
   * @param message One sentence for the user.
   * @param id The job that has the key.
   */
  constructor(message: string, readonly id: string) {
    super(message);
  }
}

/**
 * Adds a job. When this resolves the job survives whatever happens.
 *
 * @throws {UsageError} If the input is no job.
 * @throws {QueueError} If its ID is taken; the sentence says which state that job is in.
 */
export async function enqueue(store: Store, input: JobInput): Promise<Job> {
  const job = newJob(input, store.config, store.now());
  const content = contentOf(job);
  const locked = input.id !== undefined || job.unique !== undefined;
  const lock = locked ? await lockQueue(store) : undefined;
  try {
    if (input.id !== undefined) refuseTaken(store, new Set([input.id]));
    if (job.after?.length) {
      checkDependencies([job], (id) => findTaken(store, new Set([id])) !== undefined);
    }
    await publishOne(store, job, content);
    return job;
  } finally {
    lock?.release();
  }
}

/** Publishes one job under a name of its own; what it is to wait for is noted first. */
export async function publishOne(store: Store, job: Job, content: Uint8Array): Promise<void> {
  const waits = (job.after?.length ?? 0) > 0;
  const time = waits ? AFTER_TIME : Date.parse(job.run_at);
  const name = waitingName(time, job.priority, job.id);
  const temporary = pathIn(store, "tmp", job.id + NEW_SUFFIX);
  const waiting = pathIn(store, "pending", name);
  if (job.unique !== undefined) {
    const holder = await holderOf(store, job.unique);
    if (holder !== undefined) {
      throw new KeyTakenError(
        `job ${holder} has the key "${job.unique}" and has not ended`,
        holder,
      );
    }
    await takeKey(store, job.unique, job.id, name);
  }
  if (waits) await markChild(store, job);
  let mark: FileLock | undefined;
  try {
    store.files.create(temporary, content);
    mark = store.files.tryLock(temporary);
    await flush(store, [temporary]);
    store.files.renameNew(temporary, waiting);
  } catch (error) {
    removeIfThere(store, temporary);
    throw error;
  } finally {
    mark?.release();
  }
  try {
    await flush(store, [pathIn(store, "pending")]);
  } catch (error) {
    // Not acknowledged, so not to be run if that can be helped.
    removeIfThere(store, waiting);
    throw error;
  }
  // What it waits for may have ended before it was there to be released.
  if (waits && releaseIfReady(store, job.id)) await flush(store, [pathIn(store, "pending")]);
}

/**
 * The content of a new job's file.
 *
 * @throws {UsageError} If no worker would read the file, for its size.
 */
export function contentOf(job: Job): Uint8Array {
  const content = jobBytes(job);
  if (content.length > MAX_JOB_BYTES) {
    throw new UsageError(
      "a job's fields must not be larger than 1 MiB together; put them in a file",
    );
  }
  return content;
}
