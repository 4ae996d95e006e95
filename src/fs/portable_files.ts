/**
 * {@linkcode FilePort} on the real disk by the runtime's own file calls: enough for a command that
 * makes a few. native_files.ts is faster for many.
 *
 * @module
 */

import { lockFault, notFlushed, wrongKind } from "../text/errors.ts";
import type { EntryKind, FilePort, FileStat } from "./file_port.ts";
import { HeldLock, identityOf } from "./held_lock.ts";
import { renameByLink } from "./rename_by_link.ts";
import { look, withoutStale } from "./stale.ts";
import { createInTurn, syncEach, syncEntries } from "./sync_each.ts";
import { isTakenNow } from "./taken_now.ts";

function kindOf(info: { isFile: boolean; isDirectory: boolean; isSymlink: boolean }): EntryKind {
  return info.isSymlink ? "other" : info.isFile ? "file" : info.isDirectory ? "directory" : "other";
}

function stat(path: string): FileStat | undefined {
  let info: Deno.FileInfo;
  try {
    info = Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  return {
    kind: kindOf(info),
    size: info.size,
    mtime: info.mtime?.getTime() ?? 0,
    mode: (info.mode ?? 0) & 0o7777,
    uid: info.uid ?? 0,
    gid: info.gid ?? 0,
    links: info.nlink ?? 1,
    identity: identityOf(info),
  };
}

function writeAll(file: Deno.FsFile, content: Uint8Array): void {
  for (let at = 0; at < content.length;) at += file.writeSync(content.subarray(at));
}

/** Reads an open file to its end, into a buffer with one byte to spare. */
function readAll(file: Deno.FsFile): Uint8Array {
  let content = new Uint8Array(file.statSync().size + 1);
  for (let at = 0;;) {
    const read = file.readSync(content.subarray(at));
    if (read === null) return content.subarray(0, at);
    at += read;
    if (at < content.length) continue;
    const longer = new Uint8Array(2 * content.length);
    longer.set(content);
    content = longer;
  }
}

/** How often a path may change between two calls before that is an error. */
const MOST_SWAPS = 10;

/**
 * Opens a regular file, or a directory where that is wanted; follows no link and waits for no fifo.
 * The runtime has no such options: this checks the path before opening it, and the file after.
 */
export function openSafely(
  path: string,
  options: Deno.OpenOptions,
  wanted: "a regular file" | "a file or directory" = "a regular file",
): Deno.FsFile {
  return look(() => openUnswapped(path, options, wanted));
}

function openUnswapped(
  path: string,
  options: Deno.OpenOptions,
  wanted: "a regular file" | "a file or directory",
): Deno.FsFile {
  for (let tries = 0; tries < MOST_SWAPS; tries++) {
    const seen = Deno.lstatSync(path);
    const isWanted = seen.isFile || (seen.isDirectory && wanted === "a file or directory");
    if (!isWanted) throw wrongKind(path, wanted);
    const file = Deno.openSync(path, options);
    if (identityOf(file.statSync()) === identityOf(seen)) return file;
    // Replaced meanwhile, perhaps by a rename: look again.
    file.close();
  }
  throw wrongKind(path, wanted);
}

/** Opens for writing, as NFS demands for an exclusive lock; a directory can only be read. */
function openToLock(path: string): Deno.FsFile {
  const directory = stat(path)?.kind === "directory";
  return openSafely(path, { read: true, write: !directory }, "a file or directory");
}

/** Opens a file to add to its end; makes it if it is missing. */
function openToAppend(path: string): Deno.FsFile {
  for (let tries = 0;; tries++) {
    try {
      return openSafely(path, { append: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    try {
      return Deno.openSync(path, { append: true, createNew: true, mode: 0o600 });
    } catch (error) {
      // Another process has made it since.
      if (!(error instanceof Deno.errors.AlreadyExists) || tries === MOST_SWAPS) throw error;
    }
  }
}

async function syncOne(path: string): Promise<void> {
  using file = openSafely(path, { read: true }, "a file or directory");
  try {
    await file.sync();
  } catch {
    // The runtime's error does not name the path.
    throw notFlushed(path);
  }
}

/** The longest pause between two tries to take a lock, in milliseconds. */
const LONGEST_PAUSE = 20;

const plainFiles: FilePort = {
  *list(directory) {
    if (Deno.lstatSync(directory).isSymlink) {
      throw new Deno.errors.NotADirectory(`${directory} is a link, and not a directory`);
    }
    for (const entry of Deno.readDirSync(directory)) {
      yield { name: entry.name, kind: kindOf(entry) };
    }
  },

  stat,

  exists: (path, how) => (how === "fresh" && isTakenNow(path)) || stat(path) !== undefined,

  existsUnblocked: (path) => portableFiles.exists(path),

  read(path) {
    using file = openSafely(path, { read: true });
    return readAll(file);
  },

  readUnblocked: (path) => portableFiles.read(path),

  keepOpen: (directory) => Deno.openSync(directory, { read: true }),

  create(path, content) {
    using file = Deno.openSync(path, { write: true, createNew: true, mode: 0o600 });
    try {
      writeAll(file, content);
    } catch (error) {
      Deno.removeSync(path);
      throw error;
    }
  },

  createEach: (files, flushed) => createInTurn(portableFiles, files, flushed),

  append(path, content) {
    using file = openToAppend(path);
    writeAll(file, content);
  },

  makeDirectory(path) {
    Deno.mkdirSync(path, { mode: 0o700 });
  },

  setMode(path, mode) {
    Deno.chmodSync(path, mode);
  },

  setTime(path, time) {
    Deno.utimeSync(path, time / 1000, time / 1000);
  },

  rename(from, to) {
    Deno.renameSync(from, to);
  },

  renameNew: (from, to) => renameByLink(portableFiles, from, to),

  renameUnblocked: (from, to) => portableFiles.rename(from, to),

  renameNewUnblocked: (from, to) => portableFiles.renameNew(from, to),

  link(from, to) {
    Deno.linkSync(from, to);
  },

  remove(path) {
    Deno.removeSync(path);
  },

  removeEach(paths) {
    return Promise.all(paths.map(async (path) => {
      try {
        await Deno.remove(path);
        return true;
      } catch (error) {
        return error instanceof Deno.errors.NotFound ? false : error as Error;
      }
    }));
  },

  sync: (paths) => syncEach(paths, syncOne),

  async syncTree(directory) {
    await syncEntries(
      directory,
      [...portableFiles.list(directory)],
      portableFiles.syncTree,
      syncOne,
    );
  },

  renamesAsOne: () => false,

  isLocal: () => false,

  tryLock(path) {
    const file = openToLock(path);
    let locked = false;
    try {
      locked = file.tryLockSync(true);
    } catch (error) {
      throw lockFault(path, error);
    } finally {
      if (!locked) file.close();
    }
    return locked ? new HeldLock(file) : undefined;
  },

  async lock(path, onWait) {
    // Tries again and again: a call that waits in the kernel cannot be cancelled.
    const begun = performance.now();
    for (let pause = 1;; pause = Math.min(1.5 * pause, LONGEST_PAUSE)) {
      const lock = portableFiles.tryLock(path);
      if (lock) return lock;
      onWait?.(performance.now() - begun);
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())));
    }
  },
};

/**
 * The real disk.
 *
 * @example
 * ```ts
 * import { portableFiles } from "./portable_files.ts";
 *
 * console.log(portableFiles.stat("/tmp")?.kind); // "directory"
 * ```
 */
export const portableFiles: FilePort = withoutStale(plainFiles);

/**
 * {@linkcode portableFiles} for a program that has nothing else to do while the disk flushes: it
 * waits on its one thread, as starting another takes longer than the flush.
 *
 * @example
 * ```ts
 * import { enqueuePlain, openStore, waitingFiles } from "../../mod.ts";
 *
 * const store = await openStore("/tmp/example-queue", { files: waitingFiles });
 * await enqueuePlain(store, { command: "date" });
 * ```
 */
export const waitingFiles: FilePort = {
  ...portableFiles,

  sync: (paths) => Promise.try(() => paths.forEach(syncNow)),
};

function syncNow(path: string): void {
  using file = openSafely(path, { read: true }, "a file or directory");
  try {
    file.syncSync();
  } catch {
    throw notFlushed(path);
  }
}
