/**
 * {@linkcode FilePort} on the real disk, by the runtime's own file calls: all that a command needs which
 * makes a few of them. deno_files.ts is the faster way for many.
 *
 * @module
 */

import type { EntryKind, FileLock, FilePort, FileStat } from "./file_port.ts";

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
    identity: identityOf(info),
  };
}

function writeAll(file: Deno.FsFile, content: Uint8Array): void {
  for (let at = 0; at < content.length;) at += file.writeSync(content.subarray(at));
}

/** NFS locks exclusively only what is open for writing; a directory can only be read. */
function openToLock(path: string): Deno.FsFile {
  const directory = statPath(path)?.kind === "directory";
  return Deno.openSync(path, { read: true, write: !directory });
}

async function syncOne(path: string): Promise<void> {
  using file = Deno.openSync(path, { read: true });
  await file.sync();
}

/**
 * The real disk.
 *
 * @example
 * ```ts
 * import { plainFiles } from "./plain_files.ts";
 *
 * console.log(plainFiles.stat("/tmp")?.kind); // "directory"
 * ```
 */
export const plainFiles: FilePort = {
  *list(directory) {
    for (const entry of Deno.readDirSync(directory)) {
      yield { name: entry.name, kind: kindOf(entry) };
    }
  },

  stat: statPath,

  exists: (path) => statPath(path) !== undefined,

  read(path) {
    // Looked at before it is opened: opening a fifo would block until someone writes to it.
    if (!Deno.lstatSync(path).isFile) throw new Error(`${path} is not a regular file`);
    return Deno.readFileSync(path);
  },

  readReady(path) {
    return plainFiles.read(path);
  },

  create(path, content) {
    using file = Deno.openSync(path, { write: true, createNew: true, mode: 0o600 });
    try {
      writeAll(file, content);
    } catch (error) {
      Deno.removeSync(path);
      throw error;
    }
  },

  overwrite(path, content) {
    if (statPath(path)?.kind !== "file") return false;
    using file = Deno.openSync(path, { write: true });
    const { mode, nlink } = file.statSync();
    if (nlink !== 1 || ((mode ?? 0) & 0o7777) !== 0o600) return false;
    writeAll(file, content);
    file.truncateSync(content.length);
    return true;
  },

  append(path, content) {
    const stat = statPath(path);
    if (stat && stat.kind !== "file") throw new Error(`${path} is not a regular file`);
    using file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
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
    await Promise.all(paths.map(syncOne));
  },

  async syncTree(directory) {
    for (const { name, kind } of [...plainFiles.list(directory)]) {
      if (kind === "directory") await plainFiles.syncTree(`${directory}/${name}`);
      else if (kind === "file") await syncOne(`${directory}/${name}`);
    }
    await syncOne(directory);
  },

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

  async lock(path) {
    const file = openToLock(path);
    try {
      await file.lock(true);
    } catch (error) {
      file.close();
      throw error;
    }
    return new HeldLock(file);
  },
};

/**
 * {@linkcode plainFiles} for a program that has nothing else to do while the disk flushes: it waits on its
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
  ...plainFiles,

  sync: (paths) => Promise.try(() => paths.forEach(syncNow)),
};

function syncNow(path: string): void {
  using file = Deno.openSync(path, { read: true });
  file.syncSync();
}
