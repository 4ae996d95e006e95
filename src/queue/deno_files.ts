/**
 * {@linkcode FilePort} on the real disk, through Deno's own file calls.
 *
 * @module
 */

import type { DirectoryEntry, EntryKind, FileLock, FilePort, FileStat } from "./file_port.ts";
import { errno, type Libc, libc, nameFromBytes, pathBytes } from "./libc.ts";

/** Values of `d_type` in `struct linux_dirent64`; the rest are `other`. */
const DT_UNKNOWN = 0, DT_DIR = 4, DT_REG = 8;
const O_DIRECTORY_CLOEXEC = (Deno.build.arch === "aarch64" ? 0o40000 : 0o200000) | 0o2000000;
const O_CLOEXEC = 0o2000000;
const AT_FDCWD = -100, AT_SYMLINK_NOFOLLOW = 0x100, RENAME_NOREPLACE = 1, ENOENT = 2, EEXIST = 17;
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
  readonly identity: string;

  constructor(file: Deno.FsFile) {
    this.#file = file;
    this.identity = identityOf(file.statSync());
  }

  release(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}

/** Streams a directory through `getdents64`, 64 KiB at a time. */
function* streamDirectory(c: Libc, directory: string): Generator<DirectoryEntry> {
  const fd = c.open(pathBytes(directory), O_DIRECTORY_CLOEXEC);
  if (fd < 0) {
    // errno is out of reach from here; the runtime's own call fails in the same way and says why.
    for (const entry of Deno.readDirSync(directory)) {
      yield { name: entry.name, kind: kindOf(entry) };
    }
    return;
  }
  try {
    const buffer = new Uint8Array(64 * 1024);
    const ascii = new TextDecoder("latin1");
    for (;;) {
      const length = Number(c.getdents64(fd, buffer, BigInt(buffer.length)));
      if (length < 0) {
        // Removed while it was being read: nothing more is in it.
        if (!statPath(directory)) return;
        throw new Error(`cannot read the directory ${directory}`);
      }
      if (length === 0) return;
      // One decoding for the whole piece, then slices of it: a name costs no call of its own.
      const text = ascii.decode(buffer.subarray(0, length));
      for (let at = 0; at < length;) {
        const size = buffer[at + 16]! | buffer[at + 17]! << 8;
        const type = buffer[at + 18]!;
        const end = text.indexOf("\0", at + 19);
        let name = text.slice(at + 19, end);
        // deno-lint-ignore no-control-regex -- "not plain ASCII" is just what is asked
        if (/[^\x00-\x7f]/.test(name)) name = nameFromBytes(buffer.subarray(at + 19, end));
        at += size;
        if (name === "." || name === "..") continue;
        if (type === DT_REG) yield { name, kind: "file" };
        else if (type === DT_DIR) yield { name, kind: "directory" };
        else if (type !== DT_UNKNOWN) yield { name, kind: "other" };
        else {
          // Some file systems keep no type in the directory.
          const stat = statPath(`${directory}/${name}`);
          if (stat) yield { name, kind: stat.kind };
        }
      }
    }
  } finally {
    c.close(fd);
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

function writeFully(path: string, content: Uint8Array, options: Deno.OpenOptions): void {
  using file = Deno.openSync(path, { ...options, mode: 0o600 });
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
    const c = libc();
    // An exception costs the runtime more than the question; this is asked for each job.
    if (c) return c.faccessat(AT_FDCWD, pathBytes(path), 0, AT_SYMLINK_NOFOLLOW) === 0;
    return statPath(path) !== undefined;
  },

  read(path) {
    // Looked at before it is opened: opening a fifo would block until someone writes to it.
    if (!Deno.lstatSync(path).isFile) throw new Error(`${path} is not a regular file`);
    return Deno.readFileSync(path);
  },

  create(path, content) {
    writeFully(path, content, { write: true, createNew: true });
  },

  append(path, content) {
    const stat = statPath(path);
    if (stat && stat.kind !== "file") throw new Error(`${path} is not a regular file`);
    writeFully(path, content, { append: true, create: true });
  },

  makeDirectory(path) {
    Deno.mkdirSync(path, { mode: 0o700 });
  },

  setMode(path, mode) {
    Deno.chmodSync(path, mode);
  },

  rename(from, to) {
    if (from.isWellFormed()) Deno.renameSync(from, to);
    else if (libc()?.rename(pathBytes(from), pathBytes(to)) !== 0) {
      throw new Deno.errors.NotFound(`cannot rename ${JSON.stringify(from)}`);
    }
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
      try {
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
    if (c && entries.length >= SYNCFS_FROM) {
      const fd = c.open(pathBytes(directory), O_CLOEXEC);
      if (fd >= 0) {
        try {
          if (await c.syncfs(fd) === 0) return;
        } finally {
          c.close(fd);
        }
      }
    }
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
