/**
 * {@linkcode FilePort} on the real disk: straight through the C library where it can be had, else, and
 * wherever that fails, through the runtime's own file calls.
 *
 * @module
 */

import type { EntryKind, FileLock, FilePort, FileStat } from "./file_port.ts";
import { EEXIST, ENOENT, errno, libc, libcFor, pathBytes } from "./libc.ts";
import { createNew, flushed, flushedWhole, lookAt, readRegular, removed } from "./libc_files.ts";
import { streamDirectory } from "./stream_directory.ts";

const AT_FDCWD = -100, AT_SYMLINK_NOFOLLOW = 0x100, RENAME_NOREPLACE = 1;
/** Above this many files one `syncfs` is cheaper than an `fsync` for each. */
const SYNCFS_FROM = 64;

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
  const c = libcFor(path);
  const seen = c && lookAt(c, path);
  if (seen !== undefined) return seen ?? undefined;
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
  const c = libcFor(path);
  if (c && await flushed(c, path)) return;
  using file = Deno.openSync(path, { read: true });
  await file.sync();
}

/**
 * The real disk.
 *
 * @example
 * ```ts
 * import { denoFiles } from "./deno_files.ts";
 *
 * for (const { name } of denoFiles.list("/tmp")) console.log(name);
 * ```
 */
export const denoFiles: FilePort = {
  *list(directory) {
    const c = libc();
    if (c) {
      yield* streamDirectory(c, directory);
    } else {
      for (const entry of Deno.readDirSync(directory)) {
        yield { name: entry.name, kind: kindOf(entry) };
      }
    }
  },

  stat: statPath,

  exists(path) {
    const c = libcFor(path);
    // An exception costs the runtime more than the question; this is asked for each job.
    if (c) return c.faccessat(AT_FDCWD, pathBytes(path), 0, AT_SYMLINK_NOFOLLOW) === 0;
    return statPath(path) !== undefined;
  },

  read(path) {
    const c = libcFor(path);
    const content = c && readRegular(c, path);
    if (content) return content;
    // Looked at before it is opened: opening a fifo would block until someone writes to it.
    if (!Deno.lstatSync(path).isFile) throw new Error(`${path} is not a regular file`);
    return Deno.readFileSync(path);
  },

  create(path, content) {
    const c = libcFor(path);
    if (c && createNew(c, path, content)) return;
    using file = Deno.openSync(path, { write: true, createNew: true, mode: 0o600 });
    try {
      writeAll(file, content);
    } catch (error) {
      Deno.removeSync(path);
      throw error;
    }
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
    const c = libcFor(from);
    if (c) {
      if (c.rename(pathBytes(from), pathBytes(to)) === 0) return;
      if (errno(c) === ENOENT) throw new Deno.errors.NotFound(`no ${from}`);
    }
    Deno.renameSync(from, to);
  },

  renameNew(from, to) {
    const c = libc();
    if (c) {
      const [source, target] = [pathBytes(from), pathBytes(to)];
      if (c.renameat2(AT_FDCWD, source, AT_FDCWD, target, RENAME_NOREPLACE) === 0) return;
      const code = errno(c);
      if (code === EEXIST) throw new Deno.errors.AlreadyExists(`${to} exists`);
      if (code === ENOENT) throw new Deno.errors.NotFound(`no ${from}`);
    }
    // Not every system and file system knows the flag. The source counts first: of a move that another
    // has made, the target is no clash.
    const [source, target] = [statPath(from), statPath(to)];
    if (!source) throw new Deno.errors.NotFound(`no ${from}`);
    if (target) throw new Deno.errors.AlreadyExists(`${to} exists`);
    // Any other error this makes again, and better worded.
    denoFiles.rename(from, to);
  },

  remove(path) {
    Deno.removeSync(path);
  },

  removeEach(paths) {
    return Promise.all(paths.map(async (path) => {
      const c = libcFor(path);
      try {
        if (c && await removed(c, path)) return true;
        await Deno.remove(path);
        return true;
      } catch (error) {
        return error instanceof Deno.errors.NotFound ? false : error as Error;
      }
    }));
  },

  async sync(paths) {
    if (paths.length === 1) await syncOne(paths[0]!);
    else await Promise.all(paths.map(syncOne));
  },

  async syncTree(directory) {
    const c = libc();
    const entries = [...denoFiles.list(directory)];
    if (c && entries.length >= SYNCFS_FROM && await flushedWhole(c, directory)) return;
    for (const { name, kind } of entries) {
      if (kind === "directory") await denoFiles.syncTree(`${directory}/${name}`);
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
