/**
 * Making a job visible, complete and durable: the last step of every way to add a job. In a file of
 * its own, so that a plain `enqueue` loads no more than this.
 *
 * @module
 */

import { UsageError } from "../text/errors.ts";
import { type Job, jobBytes, type JobInput, MAX_JOB_BYTES, newJob } from "../format/job.ts";
import { AFTER_TIME, HELD_TIME, START_TIME, waitingName } from "../format/names.ts";
import { flush, pathIn, removeIfThere, type Store } from "../store/store.ts";
import { ring } from "../store/ring.ts";
import { publishFile } from "../store/temporary_files.ts";

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

/**
 * The name in pending/ of a new job, by the time at which it is ready: if held or waiting, never;
 * if it is to start at once, before all others.
 */
export function newName(job: Job, { hold, now }: Pick<JobInput, "hold" | "now"> = {}): string {
  const time = hold
    ? HELD_TIME
    : now
    ? START_TIME
    : job.after?.length
    ? AFTER_TIME
    : Date.parse(job.run_at);
  return waitingName(time, job.priority, job.id, job);
}

/**
 * Writes a job's file in tmp/, flushes it, and renames it into pending/.
 *
 * @param name The name that it gets in pending/.
 * @throws Whatever the disk throws; then the job is not there, if possible.
 */
export async function publish(
  store: Store,
  name: string,
  content: Uint8Array,
): Promise<void> {
  const waiting = pathIn(store, "pending", name);
  // The name holds the ID, which is this job's alone: the rename replaces nothing.
  await publishFile(store, waiting, content);
  try {
    const durable = flush(store, [pathIn(store, "pending")]);
    ring(store);
    await durable;
  } catch (error) {
    // Not acknowledged, so it must not run, if possible.
    removeIfThere(store, waiting);
    throw error;
  }
}

/**
 * Whether a job can be added without a look at others: it has no chosen ID or key, and no parents.
 */
export function isPlain(input: JobInput): boolean {
  return input.id === undefined && input.unique === undefined && input.resource === undefined &&
    input.resources === undefined && input.stdin === undefined && !input.after?.length;
}

/**
 * Adds a job that {@linkcode isPlain}. When this resolves the job survives every crash.
 *
 * @throws {UsageError} If the input is no job.
 *
 * @example
 * ```ts
 * import { enqueuePlain, openStore } from "../../mod.ts";
 *
 * const store = await openStore("/tmp/example-queue");
 * console.log((await enqueuePlain(store, { command: "date" })).id);
 * ```
 */
export async function enqueuePlain(store: Store, input: JobInput): Promise<Job> {
  const job = newJob(input, store.config, store.now());
  await publish(store, newName(job, input), contentOf(job));
  return job;
}
