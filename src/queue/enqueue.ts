/**
 * The move from nothing to waiting. A job is acknowledged once it is durable, and visible only
 * once it is complete.
 *
 * @module
 */

import { dependencyFault } from "./check_dependencies.ts";
import { markChildren, releaseIfReady, unmarkChild } from "./dependencies.ts";
import { QueueError, UsageError } from "./errors.ts";
import { refuseUnknownResource } from "./limits.ts";
import { type Job, type JobInput, newJob } from "./job.ts";
import { AFTER_TIME, HELD_TIME, waitingName } from "./names.ts";
import { contentOf, enqueuePlain, isPlain, publish } from "./publish.ts";
import { flush, pathIn, type Store } from "./store.ts";
import { lockQueue, presentIds, refuseTaken } from "./taken_ids.ts";
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
 * @throws {QueueError} If its ID is taken; the sentence says which state that job is in. If a job that it is
 * to wait for does not exist.
 * @throws {KeyTakenError} If its `unique` key is.
 */
export async function enqueue(store: Store, input: JobInput): Promise<Job> {
  if (isPlain(input)) return await enqueuePlain(store, input);
  const job = newJob(input, store.config, store.now());
  refuseUnknownResource(store, job.resource);
  const content = contentOf(job);
  const waits = (job.after?.length ?? 0) > 0;
  // What it is to wait for must not be removed before it is seen to be waited for.
  const locked = input.id !== undefined || job.unique !== undefined || waits;
  const lock = locked ? await lockQueue(store) : undefined;
  try {
    if (input.id !== undefined) refuseTaken(store, new Set([input.id]));
    if (waits) {
      const present = presentIds(store, new Set(job.after));
      const fault = dependencyFault([job], (id) => present.has(id));
      if (fault) throw new (fault.unknown ? QueueError : UsageError)(fault.message);
    }
    await publishOne(store, job, content, input.hold);
    return job;
  } finally {
    lock?.release();
  }
}

/** The time in the name of a job that is about to wait. */
export function waitingTime(job: Job, hold: boolean = false): number {
  return hold ? HELD_TIME : job.after?.length ? AFTER_TIME : Date.parse(job.run_at);
}

/** Publishes one job under a name of its own; what it is to wait for is noted first. */
export async function publishOne(
  store: Store,
  job: Job,
  content: Uint8Array,
  hold?: boolean,
): Promise<void> {
  const waits = (job.after?.length ?? 0) > 0;
  const time = waitingTime(job, hold);
  const name = waitingName(time, job.priority, job.id);
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
  if (waits) await markChildren(store, [job]);
  try {
    await publish(store, name, content);
  } catch (error) {
    if (waits) unmarkChild(store, job);
    throw error;
  }
  // What it waits for may have ended before it was there to be released.
  if (time === AFTER_TIME && releaseIfReady(store, job.id)) {
    await flush(store, [pathIn(store, "pending")]);
  }
}
