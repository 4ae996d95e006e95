/**
 * Adding one job. It is acknowledged once it is durable, and visible only once it is complete. A
 * job without ID, key, parents or input takes the short way, `enqueuePlain` in publish.ts.
 *
 * The room: each move of a job from one folder to another, a file for each.
 *
 * @module
 */

import { admit } from "./admit.ts";
import { publishApart } from "./enqueue_apart.ts";
import { QueueError } from "../text/errors.ts";
import { writeInput, type WrittenInput } from "../contents/inputs.ts";
import { type Job, type JobInput, newJob } from "../format/job.ts";
import { refuseUnmeetable } from "../constraints/needs.ts";
import { contentOf, enqueuePlain, isPlain } from "./publish.ts";
import type { Store } from "../store/store.ts";

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

/** What a job is added with, besides its fields. */
export interface EnqueueOptions {
  /**
   * What its command reads on standard input, from the beginning at each attempt. Whatever its
   * size, at most 1 MiB of it is in memory. It is copied to the queue's disk before the job is
   * added. Default: nothing.
   */
  stdin?: AsyncIterable<Uint8Array>;
  /** Aborted before `stdin` has been copied: nothing is added, and `enqueue` throws its reason. */
  signal?: AbortSignal;
}

/**
 * Adds a job. When this resolves the job and its input survive every crash.
 *
 * @throws {UsageError} If the input is no job.
 * @throws {QueueError} If its ID is taken, or a job or resource that it needs is missing.
 * @throws {KeyTakenError} If its `unique` key is taken.
 */
export async function enqueue(
  store: Store,
  input: JobInput,
  { stdin, signal }: EnqueueOptions = {},
): Promise<Job> {
  if (stdin === undefined) return await add(store, input);
  // Before the input is read, which may take all day; the lock is taken afterwards.
  const job = newJob(input, store.config, store.now());
  refuseUnmeetable(store, job);
  contentOf(job);
  const { stdin: _stdin, ...fields } = input;
  const written = await writeInput(store, stdin, signal);
  try {
    return await add(store, fields as JobInput, written);
  } catch (error) {
    written?.discard();
    throw error;
  }
}

async function add(store: Store, input: JobInput, written?: WrittenInput): Promise<Job> {
  if (!written && isPlain(input)) return await enqueuePlain(store, input);
  return await admit(store, [input], async ({ inputs, holders }) => {
    const holder = holders.get(0);
    if (holder !== undefined) {
      throw new KeyTakenError(
        `job ${holder} has the key "${input.unique}" and has not ended`,
        holder,
      );
    }
    const added = { jobs: [], areDurable: false };
    if (written) await publishApart(store, [{ ...inputs[0]!, stdin: true }], added, written);
    else await publishApart(store, inputs, added);
    return added.jobs[0]!;
  });
}
