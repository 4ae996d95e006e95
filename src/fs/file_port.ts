/**
 * The one door between the queue and the disk. All code of a queue reads and writes through it, so
 * that a test can replace the disk and cut the program off after any call.
 *
 * Calls are synchronous, because the order of two calls is what keeps a job from being lost; only a
 * call that waits for the disk returns a promise. A path is a string; in a name that is not valid
 * UTF-8, `list` returns each invalid byte 0x80–0xFF as the lone surrogate U+DC80–U+DCFF, and every
 * call takes it in this form.
 *
 * Errors are Deno's: `Deno.errors.NotFound`, `AlreadyExists`, `PermissionDenied`; any other is an
 * `Error` whose `code` is the errno name (`ENOSPC`, `EIO` …). A stale handle (ESTALE) of a file
 * that is gone is `NotFound`.
 *
 * @module
 */

/** The kind of a directory entry. A symbolic link is `other`: no code of a queue follows one. */
export type EntryKind = "file" | "directory" | "other";

/** One entry of a directory, as {@linkcode FilePort.list} yields it. */
export interface DirectoryEntry {
  /** Its name, without the directory. */
  name: string;
  /** What it is. */
  kind: EntryKind;
}

/** What {@linkcode FilePort.stat} returns about an entry; a symbolic link is not followed. */
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
  /** How many names it has. */
  links: number;
  /** Device and inode: two names with the same identity are one file. */
  identity: string;
}

/** A file that {@linkcode FilePort.createEach} makes. */
export interface NewFile {
  /** Its path. */
  readonly path: string;
  /** All that is in it. */
  readonly content: Uint8Array;
}

/** Why nothing can be made in a directory. `immutable`: it has the attribute of `chattr +i`. */
export type WriteFault = "read-only" | "immutable" | "no permission";

/** An exclusive lock, held until `release` or until the process dies, whichever is first. */
export interface FileLock {
  /** The locked file's identity, to compare with `stat` of the name it was opened by. */
  readonly identity: string;
  /**
   * Takes the lock once more, as a network file system can drop it while its holder lives, and sets
   * when the file last changed.
   *
   * @param time In milliseconds since 1970.
   * @returns Whether it is held; `false` if another has it now.
   */
  renew(time: number): boolean;
  /** Releases the lock. A second call does nothing. */
  release(): void;
}

/** The calls that a queue makes of a file system. */
export interface FilePort {
  /**
   * Yields the entries of a directory in no particular order, reading as it goes: memory does not
   * grow with the directory. An entry that is added or removed meanwhile may or may not appear.
   *
   * @param ending Only entries whose names end so are asked for; others may come too.
   */
  list(directory: string, ending?: string): Iterable<DirectoryEntry>;
  /**
   * How many names in a directory end so and do not begin with a dot. Missing where `list` is as
   * fast.
   */
  countNames?(directory: string, ending: string): number;
  /**
   * Describes the entry at a path; `undefined` if the path is free.
   *
   * @param how With `fresh`, asks the server where this machine would answer from its cache, as far
   * as the system can.
   */
  stat(path: string, how?: "fresh"): FileStat | undefined;
  /**
   * Whether a path is taken; cheaper than `stat` where it is free.
   *
   * @param how With `fresh`, the server decides, as it decides on a new name: from then on this
   * machine knows what the path leads to.
   */
  exists(path: string, how?: "fresh"): boolean;
  /** {@linkcode FilePort.exists}, but returns a promise where it would wait for a server. */
  existsUnblocked(path: string): boolean | Promise<boolean>;
  /** Why nothing can be made in a directory; `undefined` if something can, or it is not known. */
  writeFault?(directory: string): WriteFault | undefined;
  /** Reads a whole regular file. Refuses anything else, without blocking. */
  read(path: string): Uint8Array;
  /** {@linkcode FilePort.read}, but returns a promise where reading would wait for the disk. */
  readUnblocked(path: string): Uint8Array | Promise<Uint8Array>;
  /** Keeps a directory open, so that no other gets its inode number even if it is removed. */
  keepOpen?(directory: string): Disposable;
  /**
   * Makes a new file of mode 0600 with this content, not yet flushed, or none. Fails if the name
   * exists.
   */
  create(path: string, content: Uint8Array): void;
  /**
   * {@linkcode FilePort.create} for each of these files, several at once.
   *
   * @param flushed With this, resolves only when the files and these paths are durable.
   * @throws The first error, once no call is under way. What was made by then is there.
   */
  createEach(files: readonly NewFile[], flushed?: readonly string[]): Promise<void>;
  /** Adds to the end of a file of mode 0600, making it if it is missing. Follows no link. */
  append(path: string, content: Uint8Array): void;
  /** Makes one directory of mode 0700. Fails if the name exists. */
  makeDirectory(path: string): void;
  /** Sets the permission bits of a file or directory. */
  setMode(path: string, mode: number): void;
  /** Sets when a file last changed, in milliseconds since 1970. Missing where nobody asks. */
  setTime?(path: string, time: number): void;
  /** `rename(2)`: atomic; replaces a file that already has the new name. */
  rename(from: string, to: string): void;
  /**
   * `rename` that never replaces: fails with `AlreadyExists` if the new name is taken. Where the
   * file system has no call for it, a crash can leave both names.
   */
  renameNew(from: string, to: string): void;
  /** {@linkcode FilePort.rename}, but returns a promise where it would wait for a server. */
  renameUnblocked(from: string, to: string): void | Promise<void>;
  /** {@linkcode FilePort.renameNew}, but returns a promise where it would wait for a server. */
  renameNewUnblocked(from: string, to: string): void | Promise<void>;
  /**
   * Gives a file a second name. Fails if the new name exists. Follows no link. Where the file
   * system has no links, the error is the file system's.
   */
  link(from: string, to: string): void;
  /** Removes a file, or an empty directory. */
  remove(path: string): void;
  /**
   * Removes files, several at once, without blocking the caller: freeing a file's blocks can be a
   * disk's slowest operation.
   *
   * @returns For each path whether it was there, or the error. The promise never rejects.
   */
  removeEach(paths: readonly string[]): Promise<(boolean | Error)[]>;
  /**
   * Resolves when each path is durable: a file's content, a directory's names. Flushes several at
   * once, so that they can share one journal commit.
   */
  sync(paths: readonly string[]): Promise<void>;
  /**
   * Resolves when everything below a directory is durable: by one `syncfs(2)` where that can be
   * trusted.
   */
  syncTree(directory: string): Promise<void>;
  /**
   * Whether flushing a new name's directory makes the whole rename durable, and all earlier ones.
   * If not, or not known, a power cut can leave both names until the old directory is flushed.
   */
  renamesAsOne(directory: string): boolean;
  /** Whether no other machine can change what lies in a directory; `false` if not known. */
  isLocal(directory: string): boolean;
  /**
   * Tries to lock a file or directory exclusively (`flock`); `undefined` if another process holds
   * it.
   */
  tryLock(path: string): FileLock | undefined;
  /**
   * Locks a file, waiting for its holder.
   *
   * @param onWait Called now and then while waiting, with the milliseconds waited; an error it
   * throws ends the waiting.
   */
  lock(path: string, onWait?: (waited: number) => void): Promise<FileLock>;
}
