/**
 * Files that are written in tmp/ before they get the name under which they count, and how old a
 * file is by the clock that dates them: this machine's may be ahead of it.
 *
 * @module
 */

import type { FileLock, NewFile } from "../fs/file_port.ts";
import {
  flush,
  ifFree,
  ifThere,
  lockIfThere,
  removeIfPossible,
  removeIfThere,
  type Store,
  type StoreFiles,
  temporaryPath,
} from "./store.ts";

/**
 * Writes a file in tmp/ and renames it to its place, so that nobody reads half of it; not flushed.
 */
export function placeFile(
  store: Store,
  path: string,
  content: Uint8Array,
  rename: "rename" | "renameNew" = "rename",
): void {
  for (let tries = 1;; tries++) {
    const temporary = temporaryPath(store);
    try {
      store.files.create(temporary, content);
      return store.files[rename](temporary, path);
    } catch (error) {
      if (!wasSwept(store, temporary, error, tries)) throw error;
    }
  }
}

/** How often something is written again that others took for what a dead program left. */
const MOST_SWEPT = 3;

/**
 * Removes what could not be put in its place. Whether that was because a program whose clock is far
 * ahead had removed it already, so that it is worth another try.
 */
function wasSwept(store: Store, temporary: string, error: unknown, tries: number): boolean {
  const isGone = !removeIfThere(store, temporary);
  return isGone && error instanceof Deno.errors.NotFound && tries < MOST_SWEPT;
}

/**
 * Makes a file in tmp/ and locks it. It is made again if a program that takes it for a dead one's
 * comes between the two.
 */
export function createLocked({ files }: StoreFiles, path: string, content: Uint8Array): FileLock {
  for (let tries = 0; tries < MOST_SWEPT; tries++) {
    files.create(path, content);
    const lock = ifThere(() => files.tryLock(path));
    if (lock) return lock;
    removeIfThere({ files }, path);
  }
  throw new Error(`${path} is locked by another program; try again`);
}

/**
 * Makes a folder in tmp/ with its first file, and locks that: a client of a network file system
 * locks a directory on its own machine alone.
 *
 * @param first The first by name of all files that will lie in the folder.
 * @returns The lock, to be held until the folder is no more in tmp/.
 */
export function createFolderLocked(
  { files }: StoreFiles,
  path: string,
  first: NewFile,
): FileLock {
  for (let tries = 0; tries < MOST_SWEPT; tries++) {
    ifFree(() => files.makeDirectory(path));
    const isMade = ifThere(() => (files.create(first.path, first.content), true));
    const lock = isMade && lockIfThere({ files }, first.path);
    if (lock) return lock;
    removeIfThere({ files }, first.path);
  }
  throw new Error(`${path} is being removed by another program; try again`);
}

/**
 * Locks the folder that {@linkcode createFolderLocked} made, as its writer does.
 *
 * @returns `"empty"` if there is no file in it yet, or no longer; `undefined` if its writer lives.
 */
export function lockFolder({ files }: StoreFiles, path: string): FileLock | "empty" | undefined {
  let first: string | undefined;
  for (const { name } of files.list(path)) if (first === undefined || name < first) first = name;
  return first === undefined ? "empty" : files.tryLock(`${path}/${first}`);
}

/**
 * Writes a file in tmp/, flushes it, and renames it to its place: there it is complete, whatever
 * crashes. The flush of its new name is the caller's. It is locked meanwhile, so that nobody takes
 * it for what a dead program left.
 *
 * @throws Whatever the disk throws; then nothing is left, as far as the disk lets us.
 */
export async function publishFile(
  store: Store,
  path: string,
  content: Uint8Array,
  rename: "rename" | "renameNew" = "rename",
): Promise<void> {
  for (let tries = 1;; tries++) {
    const temporary = temporaryPath(store);
    let mark: FileLock | undefined;
    try {
      mark = createLocked(store, temporary, content);
      await flush(store, [temporary]);
      return store.files[rename](temporary, path);
    } catch (error) {
      if (!wasSwept(store, temporary, error, tries)) throw error;
    } finally {
      mark?.release();
    }
  }
}

/**
 * Measures ages against a file that it writes to tmp/ when first asked, and never against this
 * machine's clock. On a disk that refuses that file nothing is old.
 *
 * @returns Takes when a file last changed; gives its age then, in milliseconds.
 */
export function fileAges(store: Store): (mtime: number) => number {
  let now: number | undefined;
  return (mtime) => (now ??= fileTime(store) ?? -Infinity) - mtime;
}

/**
 * The time by the clock that dates the files of a queue, in milliseconds since 1970. This machine's
 * own clock stands for it on a local disk that is full: people prune to make room.
 */
export function timeOfFiles(store: Store): number {
  return fileTime(store) ?? (store.files.isLocal(store.dir) ? store.now() : -Infinity);
}

/**
 * The time that the file system gives a file written now, in milliseconds since 1970; `undefined`
 * on a disk that refuses the file.
 */
function fileTime(store: Store): number | undefined {
  const path = temporaryPath(store);
  try {
    store.files.create(path, new Uint8Array());
    return store.files.stat(path)?.mtime;
  } catch {
    return undefined;
  } finally {
    removeIfPossible(store, path);
  }
}
