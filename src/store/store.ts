/**
 * The {@linkcode Store} that each operation takes, and the steps on disk that moves are made of.
 * The room: an open queue directory: finding it, trusting it, its settings, its lock.
 *
 * @module
 */

import { basename } from "@std/path/posix/basename";
import { dirname } from "@std/path/posix/dirname";
import { join } from "@std/path/posix/join";
import type { Config } from "../format/settings.ts";
import { newId } from "../format/ids.ts";
import { type JobState, parseBatchName } from "../format/names.ts";
import type { DirectoryEntry, FileLock, FilePort, FileStat, NewFile } from "../fs/file_port.ts";
import { syncLeft } from "../fs/sync_each.ts";
import { NotDurableError } from "../text/errors.ts";
import { ifFree, ifThere, renameIfThere, type StoreFiles } from "./rename.ts";

export {
  ifFree,
  ifThere,
  renameBack,
  renameIfThere,
  renameNew,
  renameNewUnblocked,
  renameUnblocked,
  type StoreFiles,
} from "./rename.ts";

/** How to wait for the queue's lock, which explicit IDs, keys, removals and settings need. */
export interface LockWait {
  /** Seconds after which to give up; `Infinity` to wait forever. Default: 60. */
  seconds?: number;
  /** Called once if it takes more than a second, with a sentence that names the lock's holder. */
  waits?: (sentence: string) => void;
}

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

/** Whatever has an open queue, such as a `Queue`. */
export interface OpenQueue {
  /** The queue's directory and how its files are reached. */
  readonly store: Store;
}

/** A directory of the queue. */
export type QueueDirectory =
  | JobState
  | "tmp"
  | "workers"
  | "after"
  | "unique"
  | "limits"
  | "progress"
  | "schedules"
  | "history"
  | "input"
  | "ring";

/** Ends the name in tmp/ of what is being written; its writer holds a lock on it. */
export const NEW_SUFFIX = "@new";

/** The path of one of the queue's directories, or of something in it. */
export function pathIn(store: Store, directory: QueueDirectory, name?: string): string {
  return name === undefined ? `${store.dir}/${directory}` : `${store.dir}/${directory}/${name}`;
}

/** A new path in tmp/, for what is written there before it is renamed to where it counts. */
export function temporaryPath(store: Pick<Store, "dir">, prefix = ""): string {
  return `${store.dir}/tmp/${prefix}${newId()}${NEW_SUFFIX}`;
}

/**
 * The entry at a path, also if this machine remembers that the path was free; what it remembers of
 * one that was there may be old.
 */
export function statEvenIfNew({ files }: StoreFiles, path: string): FileStat | undefined {
  return files.stat(path) ?? (files.exists(path, "fresh") ? files.stat(path) : undefined);
}

/** `remove`; `false` if it is gone already. */
export function removeIfThere({ files }: StoreFiles, path: string): boolean {
  return ifThere(() => (files.remove(path), true)) ?? false;
}

/** `remove`, unless the disk refuses: for a file that means nothing where it lies. */
export function removeIfPossible({ files }: StoreFiles, path: string): void {
  try {
    files.remove(path);
  } catch {
    // Gone already, in use, or removed later as a stray.
  }
}

/**
 * Removes a file, or a folder with all that is in it; `false` if it is gone already. Follows no
 * link.
 */
export function removeTree(store: StoreFiles, path: string): boolean {
  if (store.files.stat(path)?.kind === "directory") {
    for (const { name } of [...store.files.list(path)]) removeTree(store, `${path}/${name}`);
  }
  return removeIfThere(store, path);
}

/** Reads a file; `undefined` if it is missing. */
export function readIfThere({ files }: StoreFiles, path: string): Uint8Array | undefined {
  return ifThere(() => files.read(path));
}

/**
 * Yields the entries of a directory, reading as it goes; none if it is missing or goes meanwhile.
 *
 * @param how With `fresh`, also if this machine remembers that it was missing.
 */
export function* listIfThere(
  { files }: StoreFiles,
  path: string,
  how?: "fresh",
): Generator<DirectoryEntry> {
  if (!files.exists(path, how)) return;
  try {
    yield* files.list(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Makes a directory unless it exists; whether it was missing. */
export function makeDirectory({ files }: StoreFiles, path: string): boolean {
  return !files.exists(path, "fresh") && ifFree(() => files.makeDirectory(path));
}

/** A lock that ends with the block that has it in a `using`. */
export type ScopedLock = FileLock & Disposable;

/** Gives a lock the end of its block. */
export function scoped(lock: FileLock): ScopedLock {
  return Object.assign(lock, { [Symbol.dispose]: () => lock.release() });
}

/**
 * Locks what lies at a path.
 *
 * @returns `undefined` if another holds it, or if it is gone: between the opening and the lock too.
 */
export function lockIfThere({ files }: StoreFiles, path: string): ScopedLock | undefined {
  const lock = ifThere(() => files.tryLock(path));
  if (!lock) return undefined;
  let isSame = false;
  try {
    isSame = files.exists(path, "fresh") && files.stat(path)?.identity === lock.identity;
  } finally {
    if (!isSame) lock.release();
  }
  return isSame ? scoped(lock) : undefined;
}

/** Renames what lies in the place of a file and is none to a hidden name; whether it did. */
export function putAside(store: StoreFiles, path: string): boolean {
  const kind = store.files.stat(path)?.kind;
  if (kind === undefined || kind === "file") return false;
  return renameIfThere(store, path, join(dirname(path), `.${basename(path)}-${newId()}`));
}

/** Whether workers claim nothing new. */
export function isPaused(store: Store): boolean {
  return store.files.exists(`${store.dir}/paused`);
}

/** Why the queue is paused, such as `job X died`; `undefined` if it is not, or nobody said why. */
export function pauseReason({ store }: OpenQueue): string | undefined {
  const content = readIfThere(store, `${store.dir}/paused`);
  return content && (new TextDecoder().decode(content.subarray(0, 200)).trim() || undefined);
}

/** Waits until these files and directories are durable, unless the queue is set not to. */
export async function flush(store: Store, paths: readonly string[]): Promise<void> {
  if (store.config.fsync && paths.length > 0) await syncPaths(store.files, paths);
}

/**
 * Makes files, and waits until they and these paths are durable, unless the queue is set not to.
 *
 * @throws Whatever the disk throws. See {@linkcode syncPaths}; the new files are the caller's.
 */
export async function createFlushed(
  { files, config }: Store,
  made: readonly NewFile[],
  paths: readonly string[],
): Promise<void> {
  await (config.fsync ? syncPaths(files, paths, made) : files.createEach(made));
}

/**
 * Waits until these files and directories are durable.
 *
 * @param made Files to make before.
 * @throws Whatever the disk throws. The kernel reports a failed write once and forgets it, so each
 * directory has been changed again: its next flush, by whatever program, writes all of it. A file
 * must be written anew. A batch that another worker has emptied and removed counts as gone.
 */
export async function syncPaths(
  files: FilePort,
  paths: readonly string[],
  made: readonly NewFile[] = [],
): Promise<void> {
  try {
    await syncLeft(files, paths, (path) => parseBatchName(basename(path)) !== undefined, made);
  } catch (error) {
    for (const path of paths) changeAgain(files, path);
    throw error;
  }
}

/** Makes a name in a directory that means nothing, and removes it. */
function changeAgain(files: FilePort, path: string): void {
  try {
    // A batch is removed once it is empty, so nothing but a job may lie in it.
    if (/\/pending\/[^/]+$/.test(path) || files.stat(path)?.kind !== "directory") return;
    const name = path.endsWith("/tmp") ? newId() + NEW_SUFFIX : `.${newId()}`;
    try {
      files.create(`${path}/${name}`, new Uint8Array());
    } finally {
      files.remove(`${path}/${name}`);
    }
  } catch {
    // A disk that refuses this reports it to the next who changes something there.
  }
}

/**
 * Makes durable what a person asked for and what has been done.
 *
 * @param change What has been done, as the beginning of a sentence: `job X was released`.
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
