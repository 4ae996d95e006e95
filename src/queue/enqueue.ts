/**
 * The move from nothing to waiting. A job is acknowledged once it is durable, and visible only
 * once it is complete.
 *
 * @module
 */

import { admit } from "./admit.ts";
import { publishApart } from "./enqueue_apart.ts";
import { QueueError } from "./errors.ts";
import type { Job, JobInput } from "./job.ts";
import { enqueuePlain, isPlain } from "./publish.ts";
import type { Store } from "./store.ts";

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
  return await admit(store, [input], async ({ inputs, holders }) => {
    const holder = holders.get(0);
    if (holder !== undefined) {
      throw new KeyTakenError(
        `job ${holder} has the key "${input.unique}" and has not ended`,
        holder,
      );
    }
    const added = { jobs: [], areDurable: false };
    await publishApart(store, inputs, added);
    return added.jobs[0]!;
  });
}
