/**
 * The files in which a running job reports its progress and its result. Each worker makes one
 * folder for its jobs, `progress/WORKER/`; a job may write `ID` and `ID.result` there, whose paths
 * are in `$QUEUECTL_PROGRESS` and `$QUEUECTL_RESULT`. There the worker makes `ID.suspended` while
 * the job is suspended, and `ID.ended` once it has ended and the disk has refused to record that.
 * All are gone once the job is settled; the folder goes with its worker, or with its recovery.
 *
 * @module
 */

import { parseProgress, type Progress } from "../format/progress.ts";
import { readTail } from "../fs/read_tail.ts";
import {
  listIfThere,
  makeDirectory,
  pathIn,
  removeIfPossible,
  removeTree,
  type Store,
} from "../store/store.ts";
import { workerNames } from "./presence.ts";

/** How much of the end of a progress file is read, in bytes: a job may append to it for hours. */
const TAIL = 4096;

/** The path that a job finds in `$QUEUECTL_PROGRESS`. */
export function progressPath(store: Store, worker: string, id: string): string {
  return `${store.dir}/progress/${worker}/${id}`;
}

/** The path that a job finds in `$QUEUECTL_RESULT`. */
export function resultPath(store: Store, worker: string, id: string): string {
  return `${store.dir}/progress/${worker}/${id}.result`;
}

/** The path of the empty file that says that a running job is suspended. */
function suspendedPath(store: Store, worker: string, id: string): string {
  return `${store.dir}/progress/${worker}/${id}.suspended`;
}

/** Says that a running job is suspended, or that it is not any more. */
export function markSuspended(store: Store, worker: string, id: string, is: boolean): void {
  const path = suspendedPath(store, worker, id);
  if (!is) return removeOutput(store, path);
  // A job may have removed the folder.
  makeProgress(store, worker);
  store.files.append(path, new Uint8Array());
}

/** Whether a running job is suspended. */
export function isSuspended(store: Store, worker: string, id: string): boolean {
  return store.files.exists(suspendedPath(store, worker, id));
}

/** The path of the empty file that says that a job has ended, and the disk refused to record it. */
function endedPath(store: Store, worker: string, id: string): string {
  return `${store.dir}/progress/${worker}/${id}.ended`;
}

/** Says that a job has ended and is not recorded yet, if the disk has room for an empty file. */
export function markUnrecorded(store: Store, worker: string, id: string): void {
  try {
    store.files.append(endedPath(store, worker, id), new Uint8Array());
  } catch {
    // It looks as if it ran; its worker says that it does not.
  }
}

/** Says no more that a job is not recorded yet. */
export function unmarkUnrecorded(store: Store, worker: string, id: string): void {
  try {
    removeOutput(store, endedPath(store, worker, id));
  } catch {
    // It goes with the worker's folder.
  }
}

/** Whether a job has ended and its worker could not record that yet: the disk is full, say. */
export function isUnrecorded(store: Store, worker: string, id: string): boolean {
  return store.files.exists(endedPath(store, worker, id));
}

/** What is said of such a job. `beginning`: what cannot be done with it, and that it has ended. */
export function unrecordedText(beginning: string): string {
  return `${beginning}, and its worker cannot record that yet (is the disk full? see: queuectl ` +
    "doctor)";
}

/** Makes the folder for a worker's jobs. */
export function makeProgress(store: Store, worker: string): void {
  makeDirectory(store, pathIn(store, "progress"));
  makeDirectory(store, pathIn(store, "progress", worker));
}

/**
 * Removes the folder of a worker that exits or is being recovered, with all that its jobs left
 * there.
 */
export function removeProgress(store: Store, worker: string): void {
  const path = pathIn(store, "progress", worker);
  if (store.files.exists(path)) removeTree(store, path);
}

/** The workers without a presence file that have a folder: a power cut can leave it. */
export function strayProgress(store: Store): string[] {
  const workers = [...listIfThere(store, pathIn(store, "progress"))].map(({ name }) => name);
  if (workers.length === 0) return workers;
  // Read afterwards, and at once: a worker's file is there before its folder, and there may be
  // hundreds.
  const present = new Set(workerNames(store));
  return workers.filter((name) => !present.has(name));
}

/** Removes one file of a job, if it is there. A folder in its place goes with the worker's. */
export function removeOutput(store: Store, path: string): void {
  if (store.files.exists(path)) removeIfPossible(store, path);
}

/** The progress that a running job reports, if any. */
export function readProgress(store: Store, worker: string, id: string): Progress | undefined {
  const path = progressPath(store, worker, id);
  if (!store.files.exists(path)) return undefined;
  try {
    return parseProgress(new TextDecoder().decode(readTail(path, TAIL)));
  } catch (error) {
    // The job has ended, or has put something else in its place.
    if (error instanceof Error) return undefined;
    throw error;
  }
}
