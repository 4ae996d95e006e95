/**
 * The one door between the queue and the disk. Everything in src/queue/ reads and writes
 * through it, so that a test can stand in for the disk and cut the program off after any call.
 *
 * Calls are synchronous, because the order of two calls is what keeps a job from being lost;
 * only what waits for the disk returns a promise. A path is a string;
 * a name on disk that is not valid UTF-8 comes out of `list` with each odd byte 0x80–0xFF as the
 * lone surrogate U+DC80–U+DCFF, and goes back in the same way.
 *
 * Errors are Deno's: `Deno.errors.NotFound`, `AlreadyExists`, `PermissionDenied`, and for the rest
 * an `Error` whose `code` is the errno name (`ENOSPC`, `EIO` …).
 *
 * @module
 */

/** What an entry of a directory is. A symbolic link is `other`: nothing in a queue follows one. */
export type EntryKind = "file" | "directory" | "other";

/** One entry of a directory, as {@linkcode FilePort.list} yields it. */
export interface DirectoryEntry {
  /** Its name, without the directory. */
  name: string;
  /** What it is. */
  kind: EntryKind;
}

/** What {@linkcode FilePort.stat} tells of an entry; a symbolic link is not followed. */
export interface FileStat {
  /** What it is. */
  kind: EntryKind;
  /** Size in bytes. */
  size: number;
  /** When its content last changed, in milliseconds since 1970. */
  mtime: number;
  /** Permission bits, such as `0o700`. */
  mode: number;
  /** The user that owns it. */
  uid: number;
  /** Its group. */
  gid: number;
  /** Device and inode, which together say whether two names are one file. */
  identity: string;
}

/** An exclusive lock, held until `release` or until the process dies, whichever is first. */
export interface FileLock {
  /** The locked file's identity, to compare with `stat` of the name it was opened by. */
  readonly identity: string;
  /** Lets go of the lock. Calling it again does nothing. */
  release(): void;
}

/** Brings files into memory in the background. Costs memory of its own until it is disposed of. */
export interface Fetcher extends Disposable {
  /** Has files brought into memory that will soon be read. Never fails, and waits for nothing. */
  fetch(paths: readonly string[]): void;
}

/** The calls that the queue makes of a file system. */
export interface FilePort {
  /**
   * Yields the entries of a directory in no particular order, reading as it goes: memory does
   * not grow with the directory. Entries added or removed meanwhile may or may not appear.
   */
  list(directory: string): Iterable<DirectoryEntry>;
  /** What lies at a path, or `undefined` if nothing does. */
  stat(path: string): FileStat | undefined;
  /** Whether anything lies at a path; cheaper than `stat` where nothing does. */
  exists(path: string): boolean;
  /** Reads a whole regular file. Refuses, without blocking, what is not one. */
  read(path: string): Uint8Array;
  /**
   * As {@linkcode FilePort.read}, without holding up the caller: what would have to be waited for, as memory has
   * not got it, comes in a promise.
   */
  readReady(path: string): Uint8Array | Promise<Uint8Array>;
  /** Keeps a directory open, so that its inode number stays its own even if it is removed. */
  hold?(directory: string): Disposable;
  /** Starts what brings files into memory before they are read, where that can be done. */
  startFetcher?(): Fetcher | undefined;
  /** Makes a new file of mode 0600 with this content, not yet flushed, or none. Fails if the name exists. */
  create(path: string, content: Uint8Array): void;
  /** Adds to the end of a file of mode 0600, making it if it is missing. Follows no link. */
  append(path: string, content: Uint8Array): void;
  /** Makes one directory of mode 0700. Fails if the name exists. */
  makeDirectory(path: string): void;
  /** Sets the permission bits of a file or directory. */
  setMode(path: string, mode: number): void;
  /** `rename(2)`: atomic, and replaces a file that already has the new name. */
  rename(from: string, to: string): void;
  /** `rename` that never replaces: fails with `AlreadyExists` if the new name is taken. */
  renameNew(from: string, to: string): void;
  /**
   * Gives a file a second name. Fails if the new name exists. Follows no link. A file system that
   * has no links, or allows none here, fails in its own way.
   */
  link(from: string, to: string): void;
  /** Removes a file, or a directory that is empty. */
  remove(path: string): void;
  /**
   * Removes files, several at once and without holding up the caller: giving a file's blocks back can take
   * a disk longer than all else. Resolves, never rejects, to what came of each: whether it was there, or
   * the error.
   */
  removeEach(paths: readonly string[]): Promise<(boolean | Error)[]>;
  /**
   * Resolves when everything given is durable: a file's content, a directory's names. Several
   * are flushed at once, so that they can share one journal commit.
   */
  sync(paths: readonly string[]): Promise<void>;
  /**
   * Resolves when all that was written below this directory is durable: one `syncfs(2)` where it can
   * be had, else each file and directory in turn.
   */
  syncTree(directory: string): Promise<void>;
  /**
   * Whether the file system of a directory keeps a rename as one: to flush the directory of the new name makes
   * durable too that the old one is gone, and all that was renamed before. Else both names can be there after a
   * power cut until the other directory is flushed too. `false` where it cannot be told.
   */
  renamesAsOne(directory: string): boolean;
  /** Tries to lock a file or directory exclusively (`flock`), `undefined` if another holds it. */
  tryLock(path: string): FileLock | undefined;
  /**
   * Locks a file, waiting for whoever holds it.
   *
   * @param waits Called now and then meanwhile, with how long that has been, in milliseconds; what it throws ends the
   * waiting.
   */
  lock(path: string, waits?: (waited: number) => void): Promise<FileLock>;
}
