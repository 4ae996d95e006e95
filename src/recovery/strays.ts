/**
 * Removes what dead processes left behind and nobody will ask for.
 *
 * @module
 */

import { strayProgress } from "../contents/job_output_files.ts";
import { hasPresence, workerNames } from "../contents/presence.ts";
import type { EntryKind } from "../fs/file_port.ts";
import { fileAges, lockFolder } from "../store/temporary_files.ts";
import {
  NEW_SUFFIX,
  pathIn,
  removeIfPossible,
  removeIfThere,
  removeTree,
  renameIfThere,
  scoped,
  type ScopedLock,
  type Store,
  temporaryPath,
} from "../store/store.ts";

/** How old something unlocked in tmp/ must be to count as left behind, in milliseconds. */
const STRAY_AGE = 10_000;

/**
 * Removes files in tmp/ that dead processes were writing (nobody was told that they exist),
 * requests in workers/ to workers that are gone, and the progress of their jobs.
 */
export function removeStrays(store: Store): void {
  const ageOf = fileAges(store);
  for (const { name, kind } of [...store.files.list(pathIn(store, "tmp"))]) {
    removeStray(store, name, kind, ageOf);
  }
  removeUnheardRequests(store);
  for (const worker of strayProgress(store)) {
    try {
      removeTree(store, pathIn(store, "progress", worker));
    } catch {
      // A leftover process of the job still writes there, or the disk refuses: the next look tries
      // again.
    }
  }
}

/** Removes something in tmp/ if a dead process was writing it. */
export function removeStray(
  store: Store,
  name: string,
  kind: EntryKind,
  ageOf: (mtime: number) => number,
): void {
  if (isOldSpare(store, name)) removeIfThere(store, pathIn(store, "tmp", name));
  const lock = lockStray(store, name, kind, ageOf);
  if (lock === undefined) return;
  let path = pathIn(store, "tmp", name);
  // Not if its writer has put its first file there by now.
  if (lock === "empty") return removeIfPossible(store, path);
  // Locked until it is gone: a writer that was only stopped for long notices.
  using _lock = lock;
  if (kind === "directory") {
    // A folder that was published meanwhile has another name, though this machine may yet show the
    // old one. And whoever still writes it cannot publish it without what is removed.
    const own = temporaryPath(store);
    if (!renameIfThere(store, path, own)) return;
    path = own;
  }
  removeTree(store, path);
}

/** Whether a dead process was writing something in tmp/. */
export function isStray(
  store: Store,
  name: string,
  kind: EntryKind,
  ageOf: (mtime: number) => number,
): boolean {
  if (isOldSpare(store, name)) return true;
  const lock = lockStray(store, name, kind, ageOf);
  if (lock !== "empty") lock?.release();
  return lock !== undefined;
}

/** Whether a worker of version 0.1 that has exited kept this file to write over. */
function isOldSpare(store: Store, name: string): boolean {
  const owner = /^\d+@([a-z0-9-]+)\.spare$/.exec(name)?.[1];
  return owner !== undefined && !hasPresence(store, owner);
}

/**
 * Takes the lock that its writer held on something in tmp/.
 *
 * @returns `"empty"` for a folder in which nothing can be locked; `undefined` if it is not a stray.
 */
function lockStray(
  store: Store,
  name: string,
  kind: EntryKind,
  ageOf: (mtime: number) => number,
): ScopedLock | "empty" | undefined {
  if (!name.endsWith(NEW_SUFFIX) || kind === "other") return undefined;
  const path = pathIn(store, "tmp", name);
  const stat = store.files.stat(path);
  if (!stat || ageOf(stat.mtime) < STRAY_AGE) return undefined;
  try {
    const lock = kind === "file" ? store.files.tryLock(path) : lockFolder(store, path);
    return lock === "empty" ? lock : lock && scoped(lock);
  } catch {
    // Gone meanwhile.
    return undefined;
  }
}

/**
 * Removes requests (`WORKER.stop`, `WORKER.cancel.ID` and the like) to workers that have no
 * presence file, and the slots of such workers.
 */
function removeUnheardRequests(store: Store): void {
  const requests: string[] = [];
  for (const { name } of store.files.list(pathIn(store, "workers"))) {
    if (/^[^.]+\.(stop|leaving|slots|(cancel|signal|scale)\..*)$/s.test(name)) requests.push(name);
  }
  if (requests.length === 0) return;
  // Read afterwards: a worker's own file is there before anyone can ask it anything.
  const present = new Set(workerNames(store));
  for (const name of requests) {
    if (present.has(name.slice(0, name.indexOf(".")))) continue;
    // A folder with something in it must not keep the others from going.
    removeIfPossible(store, pathIn(store, "workers", name));
  }
}
