/**
 * {@linkcode FilePort} on the real disk, by the runtime's own file calls: all that a command needs which
 * makes a few of them. deno_files.ts is the faster way for many.
 *
 * @module
 */

import { notFlushed, wrongKind } from "../text/errors.ts";
import type { DirectoryEntry, EntryKind, FileLock, FilePort, FileStat } from "./file_port.ts";

function kindOf(info: { isFile: boolean; isDirectory: boolean; isSymlink: boolean }): EntryKind {
  return info.isSymlink ? "other" : info.isFile ? "file" : info.isDirectory ? "directory" : "other";
}

function identityOf(info: Deno.FileInfo): string {
  return `${info.dev}:${info.ino}`;
}

class HeldLock implements FileLock {
  #file: Deno.FsFile | undefined;
  #identity: string | undefined;

  constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  get identity(): string {
    return this.#identity ??= identityOf(this.#file!.statSync());
  }

  release(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}

function statPath(path: string): FileStat | undefined {
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
    identity: identityOf(info),
  };
}

function writeAll(file: Deno.FsFile, content: Uint8Array): void {
  for (let at = 0; at < content.length;) at += file.writeSync(content.subarray(at));
}

/** Reads an open file to its end, with one byte more of room than it should need. */
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

/** How often what is opened may be another thing than what was looked at before it is told as odd. */
const MOST_SWAPS = 10;

/**
 * Opens a regular file, or where one may be meant a directory. The runtime can be told neither to follow no link
 * nor not to wait for a fifo's other end, so a path is looked at before, and what was opened afterwards.
 */
export function openOwn(
  path: string,
  options: Deno.OpenOptions,
  wanted: "a regular file" | "a file or directory" = "a regular file",
): Deno.FsFile {
  for (let tries = 0; tries < MOST_SWAPS; tries++) {
    const seen = Deno.lstatSync(path);
    const isWanted = seen.isFile || (seen.isDirectory && wanted === "a file or directory");
    if (!isWanted) throw wrongKind(path, wanted);
    const file = Deno.openSync(path, options);
    if (identityOf(file.statSync()) === identityOf(seen)) return file;
    // Replaced meanwhile, perhaps rightly: another rename.
    file.close();
  }
  throw wrongKind(path, wanted);
}

/** How long to wait before a lock is asked for once more, at most and on average, in milliseconds. */
const LONGEST_PAUSE = 20;

/** NFS locks exclusively only what is open for writing; a directory can only be read. */
function openToLock(path: string): Deno.FsFile {
  const directory = statPath(path)?.kind === "directory";
  return openOwn(path, { read: true, write: !directory }, "a file or directory");
}

/** Opens a file to add to its end, and makes it if it is missing. */
function openToAppend(path: string): Deno.FsFile {
  for (let tries = 0;; tries++) {
    try {
      return openOwn(path, { append: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    try {
      return Deno.openSync(path, { append: true, createNew: true, mode: 0o600 });
    } catch (error) {
      // Another has made it since.
      if (!(error instanceof Deno.errors.AlreadyExists) || tries === MOST_SWAPS) throw error;
    }
  }
}

async function syncOne(path: string): Promise<void> {
  using file = openOwn(path, { read: true }, "a file or directory");
  try {
    await file.sync();
  } catch {
    // The runtime's error does not say where.
    throw notFlushed(path);
  }
}

/** How many are flushed at once: enough to share a commit of the disk, and few enough for any limit of open files. */
const FLUSHED_AT_ONCE = 64;

/**
 * Flushes paths, many at once, and returns when none is being flushed any more.
 *
 * @throws The first error there was.
 */
export async function syncEach(
  paths: readonly string[],
  sync: (path: string) => Promise<void>,
): Promise<void> {
  const [only] = paths;
  if (paths.length === 1) return await sync(only!);
  let next = 0;
  const flushNext = async () => {
    while (next < paths.length) await sync(paths[next++]!);
  };
  const lanes = Array.from({ length: Math.min(FLUSHED_AT_ONCE, paths.length) }, flushNext);
  for (const result of await Promise.allSettled(lanes)) {
    if (result.status === "rejected") throw result.reason;
  }
}

/** Flushes what is in a directory, then the directory. */
export async function syncEntries(
  directory: string,
  entries: readonly DirectoryEntry[],
  syncTree: (directory: string) => Promise<void>,
  sync: (path: string) => Promise<void>,
): Promise<void> {
  for (const { name, kind } of entries) {
    if (kind === "directory") await syncTree(`${directory}/${name}`);
  }
  const files = entries.filter(({ kind }) => kind === "file");
  await syncEach(files.map(({ name }) => `${directory}/${name}`), sync);
  await sync(directory);
}

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
export const portableFiles: FilePort = {
  *list(directory) {
    if (Deno.lstatSync(directory).isSymlink) {
      throw new Deno.errors.NotADirectory(`${directory} is a link, and not a directory`);
    }
    for (const entry of Deno.readDirSync(directory)) {
      yield { name: entry.name, kind: kindOf(entry) };
    }
  },

  stat: statPath,

  exists: (path) => statPath(path) !== undefined,

  read(path) {
    using file = openOwn(path, { read: true });
    return readAll(file);
  },

  readReady(path) {
    return portableFiles.read(path);
  },

  hold: (directory) => Deno.openSync(directory, { read: true }),

  create(path, content) {
    using file = Deno.openSync(path, { write: true, createNew: true, mode: 0o600 });
    try {
      writeAll(file, content);
    } catch (error) {
      Deno.removeSync(path);
      throw error;
    }
  },

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

  rename(from, to) {
    Deno.renameSync(from, to);
  },

  renameNew(from, to) {
    // The source counts first: of a move that another has made, the target is no clash.
    const [source, target] = [statPath(from), statPath(to)];
    if (!source) throw new Deno.errors.NotFound(`no ${from}`);
    if (target) throw new Deno.errors.AlreadyExists(`${to} exists`);
    Deno.renameSync(from, to);
  },

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

  async sync(paths) {
    await syncEach(paths, syncOne);
  },

  async syncTree(directory) {
    await syncEntries(
      directory,
      [...portableFiles.list(directory)],
      portableFiles.syncTree,
      syncOne,
    );
  },

  renamesAsOne: () => false,

  tryLock(path) {
    const file = openToLock(path);
    let locked = false;
    try {
      locked = file.tryLockSync(true);
    } finally {
      if (!locked) file.close();
    }
    return locked ? new HeldLock(file) : undefined;
  },

  async lock(path, waits) {
    // Asked for again and again: a call that waits in the kernel cannot be called off.
    const begun = performance.now();
    for (let pause = 1;; pause = Math.min(1.5 * pause, LONGEST_PAUSE)) {
      const lock = portableFiles.tryLock(path);
      if (lock) return lock;
      waits?.(performance.now() - begun);
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())));
    }
  },
};

/**
 * {@linkcode portableFiles} for a program that has nothing else to do while the disk flushes: it waits on its
 * one thread. To start another for that takes longer than the flush.
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
  using file = openOwn(path, { read: true }, "a file or directory");
  try {
    file.syncSync();
  } catch {
    throw notFlushed(path);
  }
}
