/**
 * An open queue directory: where it is, how its files are reached, what its settings are. Each
 * operation of the protocol is a function that takes one.
 *
 * @module
 */

import type { Config } from "../format/settings.ts";
import { NotDurableError } from "../text/errors.ts";
import type { FileLock, FilePort } from "../fs/file_port.ts";
import type { LockWait } from "./lock_wait.ts";
import { type JobState, newId } from "../format/names.ts";

/** An open queue directory. */
export interface Store {
  /** The directory, absolute. */
  readonly dir: string;
  /** All access to it. */
  readonly files: FilePort;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The user that everything in it must belong to; `null` where the system has no users. */
  readonly owner: number | null;
  /** The settings in force; a worker renews them when config.json changes. */
  config: Config;
  /** How to wait for the queue's lock. Default: a minute, in silence. */
  readonly lockWait?: LockWait;
}

/** An open queue, such as a `Queue`, or whatever else holds one. */
export interface OpenQueue {
  /** The queue's directory and how its files are reached. */
  readonly store: Store;
}

/** Ends the name in tmp/ of what is being written; its writer holds a lock on it. */
export const NEW_SUFFIX = "@new";

/** The path of one of the queue's directories, or of something in it. */
export function pathIn(
  store: Store,
  directory:
    | JobState
    | "tmp"
    | "workers"
    | "after"
    | "unique"
    | "limits"
    | "progress"
    | "schedules"
    | "history"
    | "input",
  name?: string,
): string {
  return name === undefined ? `${store.dir}/${directory}` : `${store.dir}/${directory}/${name}`;
}

/** Waits until these files and directories are durable, unless the queue is set not to. */
export async function flush(store: Store, paths: readonly string[]): Promise<void> {
  if (store.config.fsync && paths.length > 0) await syncPaths(store.files, paths);
}

/**
 * Waits until these files and directories are durable.
 *
 * @throws Whatever the disk throws. Of what it failed to write the kernel says the next time that it is written, so each
 * directory has been changed once more: the next flush of it, by whatever program, has all of it to write again. A file
 * must be written anew.
 */
export async function syncPaths(files: FilePort, paths: readonly string[]): Promise<void> {
  try {
    await files.sync(paths);
  } catch (error) {
    for (const path of paths) changeAgain(files, path);
    throw error;
  }
}

/** Makes a name in a directory that means nothing, and removes it. */
function changeAgain(files: FilePort, path: string): void {
  try {
    // A batch goes when it is empty, and nothing but its jobs may keep it.
    if (/\/pending\/[^/]+$/.test(path) || files.stat(path)?.kind !== "directory") return;
    const name = path.endsWith("/tmp") ? newId() + NEW_SUFFIX : `.${newId()}`;
    try {
      files.create(`${path}/${name}`, new Uint8Array());
    } finally {
      files.remove(`${path}/${name}`);
    }
  } catch {
    // A disk that refuses this says so to whoever changes something there.
  }
}

/**
 * Makes durable what a person asked for and what has been done.
 *
 * @param change What that is, as the beginning of a sentence: `job X was released`.
 * @throws {NotDurableError} If the disk fails.
 */
export async function flushChange(
  store: Store,
  directories: readonly string[],
  change: string,
): Promise<void> {
  try {
    await flush(store, directories);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw error;
    throw new NotDurableError(change, directories);
  }
}

/** `rename`, or `false` if the source is gone: someone else was first, which is normal. */
export function renameIfThere(store: Store, from: string, to: string): boolean {
  try {
    store.files.rename(from, to);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** `remove`, or `false` if it is gone already. */
export function removeIfThere(store: Store, path: string): boolean {
  try {
    store.files.remove(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/**
 * Locks what lies at a path.
 *
 * @returns `undefined` if another holds it, or if it is gone: between the opening and the lock too.
 */
export function lockIfThere(store: Store, path: string): FileLock | undefined {
  let lock: FileLock | undefined;
  try {
    lock = store.files.tryLock(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  if (!lock) return undefined;
  let isSame = false;
  try {
    isSame = store.files.stat(path)?.identity === lock.identity;
  } finally {
    if (!isSame) lock.release();
  }
  return isSame ? lock : undefined;
}

/**
 * Gives what lies in the place of a file and is none, a fifo or a folder say, a hidden name beside it.
 *
 * @returns Whether there was such a thing.
 */
export function putAside(store: Store, path: string): boolean {
  const kind = store.files.stat(path)?.kind;
  if (kind === undefined || kind === "file") return false;
  const slash = path.lastIndexOf("/");
  return renameIfThere(store, path, `${path.slice(0, slash)}/.${path.slice(slash + 1)}-${newId()}`);
}

/** Removes a file, or a folder with all that is in it; `false` if it is gone already. Follows no link. */
export function removeTree(store: Store, path: string): boolean {
  if (store.files.stat(path)?.kind === "directory") {
    for (const { name } of [...store.files.list(path)]) removeTree(store, `${path}/${name}`);
  }
  return removeIfThere(store, path);
}

/** Whether workers are to claim nothing new. */
export function isPaused(store: Store): boolean {
  return store.files.exists(`${store.dir}/paused`);
}
