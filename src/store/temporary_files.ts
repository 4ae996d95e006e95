/**
 * Files that are written in tmp/ before they get the name under which they count, and how old a
 * file is by the clock that dates them: this machine's may be ahead of it.
 *
 * @module
 */

import type { FileLock } from "../fs/file_port.ts";
import {
  flush,
  ifThere,
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
  const temporary = temporaryPath(store);
  try {
    store.files.create(temporary, content);
    store.files[rename](temporary, path);
  } catch (error) {
    removeIfThere(store, temporary);
    throw error;
  }
}

/**
 * Makes a file in tmp/ and locks it. It is made again if a program that takes it for a dead one's
 * comes between the two.
 */
export function createLocked({ files }: StoreFiles, path: string, content: Uint8Array): FileLock {
  for (let tries = 0; tries < 3; tries++) {
    files.create(path, content);
    const lock = ifThere(() => files.tryLock(path));
    if (lock) return lock;
    removeIfThere({ files }, path);
  }
  throw new Error(`${path} is locked by another program; try again`);
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
  const temporary = temporaryPath(store);
  let mark: FileLock | undefined;
  try {
    mark = createLocked(store, temporary, content);
    await flush(store, [temporary]);
    store.files[rename](temporary, path);
  } catch (error) {
    removeIfThere(store, temporary);
    throw error;
  } finally {
    mark?.release();
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
