/**
 * The move from nothing to waiting. A job is acknowledged once it is durable, and visible only
 * once it is complete.
 *
 * @module
 */

import { QueueError, UsageError } from "./errors.ts";
import { entries } from "./entries.ts";
import type { FileLock } from "./file_port.ts";
import { type Job, jobBytes, type JobInput, MAX_JOB_BYTES, newJob } from "./job.ts";
import { batchName, type JobState, newId, waitingName } from "./names.ts";
import { flush, NEW_SUFFIX, pathIn, removeIfThere, type Store } from "./store.ts";

/** The most jobs in one batch, so that a backlog of millions is read one folder at a time. */
export const MAX_BATCH = 10_000;

/** An input of {@linkcode enqueueMany} that is not a job. Nothing was enqueued. */
export class InvalidJobError extends UsageError {
  /** @param index Which input, from 0. */
  constructor(message: string, readonly index: number) {
    super(message);
  }
}

/** {@linkcode enqueueMany} failed part way. The first `accepted` inputs are in the queue, durably; no other is. */
export class PartialEnqueueError extends QueueError {
  /** @param accepted How many inputs, from the first, are in the queue. */
  constructor(message: string, readonly accepted: number) {
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
  const lock = input.id === undefined ? undefined : await lockQueue(store);
  try {
    if (input.id !== undefined) refuseTaken(store, new Set([input.id]));
    const temporary = pathIn(store, "tmp", job.id + NEW_SUFFIX);
    const name = waitingName(Date.parse(job.run_at), job.priority, job.id);
    const waiting = pathIn(store, "pending", name);
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
    return job;
  } finally {
    lock?.release();
  }
}

/**
 * Adds many jobs, in batches of up to {@linkcode MAX_BATCH}, each published by one rename.
 *
 * @param inputs All of them are checked before the first is accepted.
 * @param published Called after each batch with the jobs that are now durable.
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
      contentOf(newJob({ ...input, id: input.id ?? "unchosen" }, store.config, 0));
    } catch (error) {
      throw error instanceof UsageError ? new InvalidJobError(error.message, index) : error;
    }
    if (input.id === undefined) return;
    if (chosen.has(input.id)) {
      throw new InvalidJobError(`the ID "${input.id}" appears twice`, index);
    }
    chosen.add(input.id);
  });
  const lock = chosen.size > 0 ? await lockQueue(store) : undefined;
  try {
    if (chosen.size > 0) refuseTaken(store, chosen);
    for (let at = 0; at < inputs.length; at += MAX_BATCH) {
      let accepted = at;
      try {
        const jobs = await publishBatch(store, inputs.slice(at, at + MAX_BATCH));
        accepted += jobs.length;
        await flush(store, [pathIn(store, "pending")]);
        published(jobs);
      } catch (error) {
        throw new PartialEnqueueError(
          error instanceof Error ? error.message : `${error}`,
          accepted,
        );
      }
    }
  } finally {
    lock?.release();
  }
}

/** @throws {UsageError} If no worker would read the file, for its size. */
function contentOf(job: Job): Uint8Array {
  const content = jobBytes(job);
  if (content.length > MAX_JOB_BYTES) {
    throw new UsageError(
      "a job's fields must not be larger than 1 MiB together; put them in a file",
    );
  }
  return content;
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

/**
 * The lock for what must not be done twice at once: choosing explicit IDs (of two who enqueue the same one,
 * the second looks only after the first has published), and changing the settings. Workers never take it.
 */
export async function lockQueue(store: Store): Promise<FileLock> {
  const path = `${store.dir}/lock`;
  try {
    return await store.files.lock(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  try {
    store.files.create(path, new Uint8Array());
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  return await store.files.lock(path);
}

/** @throws {QueueError} If one of these IDs is that of a job, in whatever state. */
function refuseTaken(store: Store, ids: ReadonlySet<string>): void {
  const taken = findTaken(store, ids);
  if (taken) {
    throw new QueueError(
      `a job "${taken.id}" exists already, in state ${taken.state} (see: queuectl show ${taken.id})`,
    );
  }
}

function findTaken(
  store: Store,
  ids: ReadonlySet<string>,
): { id: string; state: JobState } | undefined {
  // Twice around, in the order of a job's life: one that moves on is met further on, and one that
  // goes back while we look is met in the second round.
  for (let round = 0; round < 2; round++) {
    for (const state of ["pending", "failed", "processing"] as const) {
      for (const { id } of entries(store, state)) if (ids.has(id)) return { id, state };
    }
    for (const state of ["done", "dead"] as const) {
      if (ids.size < 100) {
        for (const id of ids) {
          if (store.files.stat(pathIn(store, state, `${id}.json`))) return { id, state };
        }
      } else {
        for (const { id } of entries(store, state)) if (ids.has(id)) return { id, state };
      }
    }
  }
}
