/**
 * Adding many jobs at once: folders of up to 10,000, each published by one rename.
 *
 * @module
 */

import { checkDependencies } from "./dependencies.ts";
import { contentOf, KeyTakenError, publishOne } from "./enqueue.ts";
import { QueueError, UsageError } from "./errors.ts";
import type { FileLock } from "./file_port.ts";
import { type Job, jobBytes, type JobInput, newJob } from "./job.ts";
import { batchName, newId, waitingName } from "./names.ts";
import { flush, NEW_SUFFIX, pathIn, removeIfThere, type Store } from "./store.ts";
import { findTaken, lockQueue, refuseTaken } from "./taken_ids.ts";

/** The most jobs in one batch, so that a backlog of millions is read one folder at a time. */
export const MAX_BATCH = 10_000;

/** An input of {@linkcode enqueueMany} that is not a job. Nothing was enqueued. */
export class InvalidJobError extends UsageError {
  /**
   * Makes the error.
   *
   * @param message One sentence for the user.
   * @param index Which input, from 0.
   */
  constructor(message: string, readonly index: number) {
    super(message);
  }
}

/** {@linkcode enqueueMany} failed part way. The first `accepted` inputs are in the queue, durably; no other is. */
export class PartialEnqueueError extends QueueError {
  /**
   * Makes the error.
   *
   * @param message One sentence for the user.
   * @param accepted How many inputs, from the first, are in the queue.
   */
  constructor(message: string, readonly accepted: number) {
    super(message);
  }
}

/**
 * Adds many jobs, in batches of up to {@linkcode MAX_BATCH}, each published by one rename.
 *
 * @param inputs All of them are checked before the first is accepted.
 * @param published Called after each batch with the jobs that are now durable. Instead of one whose
 * `unique` key is taken it gets the job that has the key.
 * @throws {InvalidJobError} If one is no job; nothing was enqueued.
 * @throws {QueueError} If an ID is taken; nothing was enqueued.
 * @throws {PartialEnqueueError} If the disk failed part way.
 */
export async function enqueueMany(
  store: Store,
  inputs: readonly JobInput[],
  published: (jobs: readonly Job[]) => void = () => {},
): Promise<void> {
  const chosen = new Set<string>();
  inputs.forEach((input, index) => {
    try {
      const job = newJob({ ...input, id: input.id ?? "unchosen" }, store.config, 0);
      if (mayBeLarge(input)) contentOf(job);
    } catch (error) {
      throw error instanceof UsageError ? new InvalidJobError(error.message, index) : error;
    }
    if (input.id === undefined) return;
    if (chosen.has(input.id)) {
      throw new InvalidJobError(`the ID "${input.id}" appears twice`, index);
    }
    chosen.add(input.id);
  });
  const special = inputs.filter((input) => isSpecial(input));
  const alone = special.some((input) => input.unique !== undefined);
  const lock = chosen.size > 0 || alone ? await lockQueue(store) : undefined;
  try {
    if (chosen.size > 0) refuseTaken(store, chosen);
    checkDependencies(
      special.map((input) => ({ id: input.id ?? "", after: input.after })),
      (id) => chosen.has(id) || findTaken(store, new Set([id])) !== undefined,
    );
    for (let at = 0; at < inputs.length;) {
      let end = at;
      while (end < inputs.length && end < at + MAX_BATCH && !isSpecial(inputs[end]!)) end++;
      let accepted = at;
      try {
        const jobs = end > at
          ? await publishBatch(store, inputs.slice(at, end))
          : [await publishAlone(store, inputs[at]!)];
        accepted += jobs.length;
        await flush(store, [pathIn(store, "pending")]);
        published(jobs);
      } catch (error) {
        throw new PartialEnqueueError(
          error instanceof Error ? error.message : `${error}`,
          accepted,
        );
      }
      at = accepted;
    }
  } finally {
    lock?.release();
  }
}

/** Whether a job needs a name of its own in pending/, to be released or found by. */
function isSpecial(input: JobInput): boolean {
  return (input.after?.length ?? 0) > 0 || input.unique !== undefined;
}

/** Whether a job's file might be too large: a glance, as writing out a million of them twice takes long. */
function mayBeLarge(input: JobInput): boolean {
  for (const field in input) {
    const value = input[field];
    if (typeof value === "object" || (typeof value === "string" && value.length > 10_000)) {
      return true;
    }
  }
  return false;
}

/** Publishes a job that has a key or waits for others; gives the holder of its key if there is one. */
async function publishAlone(store: Store, input: JobInput): Promise<Job> {
  const job = newJob(input, store.config, store.now());
  try {
    await publishOne(store, job, contentOf(job));
    return job;
  } catch (error) {
    if (error instanceof KeyTakenError) return { ...job, id: error.id };
    throw error;
  }
}

/** Publishes one batch: a folder, complete and durable before its name appears in pending/. */
async function publishBatch(store: Store, inputs: readonly JobInput[]): Promise<Job[]> {
  const id = newId();
  const temporary = pathIn(store, "tmp", id + NEW_SUFFIX);
  const jobs: Job[] = [];
  const names: string[] = [];
  let [earliest, urgent] = [Infinity, 0];
  let mark: FileLock | undefined;
  try {
    store.files.makeDirectory(temporary);
    mark = lockDirectory(store, temporary);
    for (const input of inputs) {
      const job = newJob(input, store.config, store.now());
      const time = Date.parse(job.run_at);
      earliest = Math.min(earliest, time);
      urgent = Math.max(urgent, job.priority);
      const name = waitingName(time, job.priority, job.id);
      store.files.create(`${temporary}/${name}`, jobBytes(job));
      jobs.push(job);
      names.push(name);
    }
    if (store.config.fsync) await store.files.syncTree(temporary);
    // The folder is as urgent, and ready as early, as the foremost job in it.
    store.files.rename(temporary, pathIn(store, "pending", batchName(earliest, urgent, id)));
  } catch (error) {
    for (const name of names) removeIfThere(store, `${temporary}/${name}`);
    removeIfThere(store, temporary);
    throw error;
  } finally {
    mark?.release();
  }
  return jobs;
}

/** The lock that marks a batch as still being written. Not every file system locks directories. */
function lockDirectory(store: Store, path: string): FileLock | undefined {
  try {
    return store.files.tryLock(path);
  } catch {
    return undefined;
  }
}
