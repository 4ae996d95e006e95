/**
 * What a running job tells of itself: how far it has come, and what came of it. Each worker makes one folder for
 * its jobs, `progress/WORKER/`; a job may write the files `ID` and `ID.result` there, whose paths it has in
 * `$QUEUECTL_PROGRESS` and `$QUEUECTL_RESULT`. Both are gone when the job is settled, and the folder when its
 * worker leaves or has been recovered.
 *
 * @module
 */

import { readTail } from "../fs/read_tail.ts";
import { pathIn, removeIfThere, removeTree, type Store } from "../store/store.ts";

/** How far a job has come, as it says itself. */
export interface Progress {
  /** What it wrote last, such as `42/100 compiling`: one line of at most 200 characters. */
  text: string;
  /** The share that is done, 0 to 1, or `null` if the text does not begin with it. */
  fraction: number | null;
}

/** How much of the end of a file of progress is read, in bytes: a job may append to it for hours. */
const TAIL = 4096;

/** The longest text of progress that is shown, in UTF-16 units. */
const MOST_PROGRESS_LENGTH = 200;

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

/**
 * What a job means by what it wrote: `42` and `42%` are of a hundred, `3/7` is of seven; what follows is for people.
 * Of several lines the last counts, so that a job may also append.
 *
 * @returns `undefined` if there is no line with anything in it.
 *
 * @example
 * ```ts
 * import { parseProgress } from "./progress.ts";
 *
 * parseProgress("42/100 compiling\n"); // { text: "42/100 compiling", fraction: 0.42 }
 * ```
 */
export function parseProgress(content: string): Progress | undefined {
  const text = content.trimEnd().split(/[\r\n]/).at(-1)!.trim().slice(0, MOST_PROGRESS_LENGTH);
  if (text === "") return undefined;
  const match = /^(\d+(?:\.\d+)?)(?:\s*%|\s*\/\s*(\d+(?:\.\d+)?))?(?=\s|$)/.exec(text);
  if (!match) return { text, fraction: null };
  const [done, of] = [Number(match[1]), Number(match[2] ?? 100)];
  return { text, fraction: of > 0 ? Math.min(1, done / of) : null };
}
