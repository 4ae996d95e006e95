/**
 * What a running job tells of itself: how far it has come, and what came of it. Each worker makes one folder for
 * its jobs, `progress/WORKER/`; a job may write the files `ID` and `ID.result` there, whose paths it has in
 * `$QUEUECTL_PROGRESS` and `$QUEUECTL_RESULT`. Both are gone when the job is settled, and the folder when its
 * worker leaves or has been recovered.
 *
 * @module
 */

import { parseProgress, type Progress } from "../format/progress.ts";
import { readTail } from "../fs/read_tail.ts";
import { pathIn, removeIfThere, removeTree, type Store } from "../store/store.ts";

/** How much of the end of a file of progress is read, in bytes: a job may append to it for hours. */
const TAIL = 4096;

/** The path that a job finds in `$QUEUECTL_PROGRESS`. */
export function progressPath(store: Store, worker: string, id: string): string {
  return `${store.dir}/progress/${worker}/${id}`;
}

/** The path that a job finds in `$QUEUECTL_RESULT`. */
export function resultPath(store: Store, worker: string, id: string): string {
  return `${store.dir}/progress/${worker}/${id}.result`;
}

/** Makes the folder for a worker's jobs. */
export function makeProgress(store: Store, worker: string): void {
  for (const path of [pathIn(store, "progress"), pathIn(store, "progress", worker)]) {
    if (!store.files.exists(path)) makeDirectory(store, path);
  }
}

function makeDirectory(store: Store, path: string): void {
  try {
    store.files.makeDirectory(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

/** Removes the folder of a worker that leaves, or is being recovered, with all that its jobs left there. */
export function removeProgress(store: Store, worker: string): void {
  const path = pathIn(store, "progress", worker);
  if (store.files.exists(path)) removeTree(store, path);
}

/** The folders of workers that are no more: a power cut can leave them. */
export function strayProgress(store: Store): string[] {
  if (!store.files.exists(pathIn(store, "progress"))) return [];
  const workers = [...store.files.list(pathIn(store, "progress"))].map(({ name }) => name);
  return workers.filter((name) => !store.files.exists(pathIn(store, "workers", `${name}.json`)));
}

/** Removes one file of a job, if it is there. */
export function removeOutput(store: Store, path: string): void {
  if (!store.files.exists(path)) return;
  try {
    removeIfThere(store, path);
  } catch {
    // The job has made a folder of it: that goes with the worker's.
  }
}

/** How far a running job has come; `undefined` if it does not say. */
export function readProgress(store: Store, worker: string, id: string): Progress | undefined {
  const path = progressPath(store, worker, id);
  if (!store.files.exists(path)) return undefined;
  try {
    return parseProgress(new TextDecoder().decode(readTail(path, TAIL)));
  } catch (error) {
    // The job has ended, or has made something else of it.
    if (error instanceof Error) return undefined;
    throw error;
  }
}
