/**
 * Batches: folders of jobs in pending/, each published by one rename.
 *
 * @module
 */

import type { FileLock, NewFile } from "../fs/file_port.ts";
import { type Job, type JobInput, newJob } from "../format/job.ts";
import { newId } from "../format/ids.ts";
import { batchName } from "../format/names.ts";
import { whereOf } from "../format/placement.ts";
import { contentOf, newName } from "./publish.ts";
import { ring } from "../store/ring.ts";
import { createFolderLocked } from "../store/temporary_files.ts";
import {
  createFlushed,
  flush,
  NEW_SUFFIX,
  pathIn,
  removeIfThere,
  removeTree,
  type Store,
  temporaryPath,
} from "../store/store.ts";

/** A batch that has been written, in tmp/. */
export interface Batch {
  /** Its jobs. */
  readonly jobs: readonly Job[];
  /** Its path in tmp/. */
  readonly path: string;
  /** The names of the files in it. */
  readonly files: string[];
  /** The name that it is about to have in pending/. */
  readonly name: string;
  /** Marks it as being written. */
  mark?: FileLock;
  /** Whether it was flushed as it was written. */
  isFlushed?: boolean;
}

/** Writes a batch: a folder in tmp/. */
export async function writeBatch(store: Store, inputs: readonly JobInput[]): Promise<Batch> {
  const id = newId();
  const jobs = inputs.map((input) => newJob(input, store.config, store.now()));
  let [earliest, urgent] = [Infinity, 0];
  const places = new Set(jobs.map(whereOf));
  for (const job of jobs) {
    earliest = Math.min(earliest, Date.parse(job.run_at));
    urgent = Math.max(urgent, job.priority);
  }
  const batch: Batch = {
    jobs,
    path: pathIn(store, "tmp", id + NEW_SUFFIX),
    files: [],
    // The folder is as urgent, and ready as early, as the first job to run in it; if none of its
    // jobs may run elsewhere, it says where they may.
    name: batchName(earliest, urgent, id, places.size === 1 ? [...places][0] : ""),
  };
  try {
    // Noted before they are written: a full disk can leave part of them.
    for (const job of jobs) batch.files.push(newName(job));
    const made = jobs.map((job, at) => ({
      path: `${batch.path}/${batch.files[at]}`,
      content: contentOf(job),
    })).sort((a, b) => (a.path < b.path ? -1 : 1));
    const [first, ...others] = made as [NewFile, ...NewFile[]];
    batch.mark = createFolderLocked(store, batch.path, first);
    // A server is asked for many at once, and to flush each by the descriptor that made it.
    batch.isFlushed = !store.files.isLocal(store.dir);
    if (batch.isFlushed) await createFlushed(store, others, [first.path, batch.path]);
    else await store.files.createEach(others);
  } catch (error) {
    discardBatch(store, batch);
    throw error;
  }
  return batch;
}

/** Removes an unpublished batch. */
export function discardBatch(store: Store, { path, files, mark }: Batch): void {
  try {
    for (const name of files) removeIfThere(store, `${path}/${name}`);
    removeIfThere(store, path);
  } finally {
    mark?.release();
  }
}

/**
 * Publishes a batch: it is complete and durable before its name appears in pending/.
 *
 * @param accepted Called when its jobs are in the queue; they may be even if this fails.
 */
export async function publishBatch(
  store: Store,
  batch: Batch,
  accepted: () => void,
): Promise<void> {
  try {
    if (store.config.fsync && !batch.isFlushed) await store.files.syncTree(batch.path);
    store.files.rename(batch.path, pathIn(store, "pending", batch.name));
  } catch (error) {
    discardBatch(store, batch);
    throw error;
  }
  batch.mark?.release();
  try {
    const durable = flush(store, [pathIn(store, "pending")]);
    ring(store);
    await durable;
  } catch (error) {
    if (!takeBack(store, batch.name)) accepted();
    throw error;
  }
  accepted();
}

/** Takes back a batch that was not acknowledged, so that it does not run; whether it could. */
function takeBack(store: Store, name: string): boolean {
  const path = temporaryPath(store);
  try {
    store.files.rename(pathIn(store, "pending", name), path);
  } catch {
    return false;
  }
  try {
    removeTree(store, path);
  } catch {
    // Removed later, as a stray.
  }
  return true;
}
