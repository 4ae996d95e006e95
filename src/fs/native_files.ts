/**
 * {@linkcode FilePort} on the real disk through the C library; where that is missing or a call
 * fails, through the runtime's own file calls.
 *
 * @module
 */

import { dirname } from "@std/path/posix/dirname";
import type { FilePort, FileStat, NewFile, WriteFault } from "./file_port.ts";
import { isLocal, renamesAsOne } from "./file_systems.ts";
import { errno, type Libc, libc, libcFor, sharedPathBytes } from "./libc.ts";
import {
  fileSystemOf,
  readRegular,
  readUnblocked,
  statPath,
  syncFileSystem,
  syncPath,
  unlinkPath,
} from "./libc_files.ts";
import { createFile, createOnThreads, createOpen, syncAndClose } from "./libc_new_files.ts";
import { ERRNO, KERNEL, LIBC } from "./linux_abi.ts";
import { mountedType, testWriteFault } from "./mounts.ts";
import { portableFiles } from "./portable_files.ts";
import { removeLinked, renameAfterLook, renameByLink } from "./rename_by_link.ts";
import { countNames, streamDirectory } from "./stream_directory.ts";
import { forEachAtOnce, syncEach, syncEntries } from "./sync_each.ts";

const { AT_FDCWD, AT_SYMLINK_NOFOLLOW, X_OK, W_OK } = LIBC;
const { EEXIST, EINVAL, ENOENT, ENOSYS, ESTALE } = ERRNO;
const WRITE_FAULTS: ReadonlyMap<number, WriteFault> = new Map([
  [ERRNO.EPERM, "immutable"],
  [ERRNO.EACCES, "no permission"],
  [ERRNO.EROFS, "read-only"],
]);
/** From this many files on one `syncfs` is cheaper than an `fsync` for each. */
const SYNCFS_FROM = 64;

/** How many files a server is asked to make at once. */
const MADE_AT_ONCE = 16;

/** The types of file systems by directory: a queue keeps its file system while it is used. */
const types = new Map<string, number>();
/** So many at most: each batch has a directory of its own. */
const MOST_TYPES = 1000;

function typeOf(directory: string): number | undefined {
  const known = types.get(directory);
  if (known !== undefined) return known;
  const c = libc();
  const type = c ? fileSystemOf(c, directory)?.type : mountedType(directory);
  if (types.size === MOST_TYPES) types.clear();
  if (type !== undefined) types.set(directory, type);
  return type;
}

/** The directories on a file system that does not know the flag of `renameat2(2)`. */
const withoutFlag = new Set<string>();

function stat(path: string, how?: "fresh"): FileStat | undefined {
  const c = how === "fresh" ? libc() : libcFor(path);
  const found = c && statPath(c, path, how);
  return found === undefined ? portableFiles.stat(path) : found ?? undefined;
}

async function syncOne(path: string): Promise<void> {
  const c = libcFor(path);
  if (!c || !await syncPath(c, path)) await portableFiles.sync([path]);
}

/** Makes files here and now, then flushes them by the descriptors that made them. */
async function createLocally(
  c: Libc,
  files: readonly NewFile[],
  flushed: readonly string[],
): Promise<void> {
  const open = new Map<string, number>();
  try {
    for (const { path, content } of files) {
      const fd = createOpen(c, path, content);
      if (fd !== undefined) open.set(path, fd);
      else portableFiles.create(path, content);
    }
  } catch (error) {
    for (const fd of open.values()) c.close(fd);
    throw error;
  }
  await syncEach([...files.map(({ path }) => path), ...flushed], (path) => {
    const fd = open.get(path);
    return fd === undefined ? syncOne(path) : syncAndClose(c, fd, path);
  });
}

/** Makes files while a server makes others, each flushed by the descriptor that made it. */
async function createRemotely(
  c: Libc,
  files: readonly NewFile[],
  flushed?: readonly string[],
): Promise<void> {
  await forEachAtOnce(files, MADE_AT_ONCE, async ({ path, content }) => {
    if (await createOnThreads(c, path, content, flushed !== undefined)) return;
    portableFiles.create(path, content);
    if (flushed) await portableFiles.sync([path]);
  });
  if (flushed) await nativeFiles.sync(flushed);
}

/** Whether a call with this path is to wait on another thread than this one. */
function mayWait(path: string): boolean {
  return path.isWellFormed() && !nativeFiles.isLocal(dirname(path));
}

async function removeOne(path: string): Promise<boolean | Error> {
  const c = libcFor(path);
  return c && await unlinkPath(c, path) || (await portableFiles.removeEach([path]))[0]!;
}

/**
 * The real disk.
 *
 * @example
 * ```ts
 * import { nativeFiles } from "./native_files.ts";
 *
 * for (const { name } of nativeFiles.list("/tmp")) console.log(name);
 * ```
 */
export const nativeFiles: FilePort = {
  ...portableFiles,

  list(directory, ending) {
    const c = libc();
    return c ? streamDirectory(c, directory, ending) : portableFiles.list(directory);
  },

  countNames(directory, ending) {
    const c = libc();
    const count = c && countNames(c, directory, ending);
    if (count !== undefined) return count;
    let listed = 0;
    for (const { name } of nativeFiles.list(directory)) {
      if (name.endsWith(ending) && !name.startsWith(".")) listed++;
    }
    return listed;
  },

  stat,

  exists(path, how) {
    if (how === "fresh" && !nativeFiles.isLocal(dirname(path))) {
      return portableFiles.exists(path, how);
    }
    const c = libcFor(path);
    // Each job asks this, and an exception costs the runtime more than the question.
    if (c) {
      if (c.faccessat(AT_FDCWD, sharedPathBytes(path), 0, AT_SYMLINK_NOFOLLOW) === 0) return true;
      if (errno(c) !== ESTALE && errno(c) !== ENOSYS) return false;
    }
    return portableFiles.exists(path);
  },

  writeFault(directory) {
    const c = libc();
    if (!c) return testWriteFault(directory);
    if (c.faccessat(AT_FDCWD, sharedPathBytes(directory), W_OK | X_OK, 0) === 0) return;
    return WRITE_FAULTS.get(errno(c));
  },

  read(path) {
    const c = libcFor(path);
    return c && readRegular(c, path) || portableFiles.read(path);
  },

  readUnblocked(path) {
    const c = libcFor(path);
    const content = c && readUnblocked(c, path);
    if (content instanceof Uint8Array) return content;
    return content?.then((read) => read ?? portableFiles.read(path)) ?? portableFiles.read(path);
  },

  create(path, content) {
    const c = libcFor(path);
    if (!c || !createFile(c, path, content)) portableFiles.create(path, content);
  },

  async createEach(files, flushed) {
    const c = libc();
    const [first] = files;
    if (!c || !first) return await portableFiles.createEach(files, flushed);
    if (!nativeFiles.isLocal(dirname(first.path))) return await createRemotely(c, files, flushed);
    if (flushed) return await createLocally(c, files, flushed);
    for (const { path, content } of files) nativeFiles.create(path, content);
  },

  rename(from, to) {
    const c = libcFor(from);
    if (c) {
      if (c.rename(sharedPathBytes(from), sharedPathBytes(to)) === 0) return;
      if (errno(c) === ENOENT) throw new Deno.errors.NotFound(`no ${from}`);
    }
    portableFiles.rename(from, to);
  },

  renameNew(from, to) {
    const c = libc();
    const directory = dirname(to);
    if (!c || withoutFlag.has(directory)) return renameByLink(nativeFiles, from, to);
    const [source, target] = [sharedPathBytes(from), sharedPathBytes(to)];
    if (c.renameat2(AT_FDCWD, source, AT_FDCWD, target, KERNEL.RENAME_NOREPLACE) === 0) return;
    const code = errno(c);
    if (code === EEXIST) throw new Deno.errors.AlreadyExists(`${to} exists`);
    if (code === ENOENT) throw new Deno.errors.NotFound(`no ${from}`);
    const isUnknown = code === EINVAL || code === ENOSYS;
    // The runtime words any other error better.
    if (!isUnknown && code !== ESTALE) return renameAfterLook(nativeFiles, from, to);
    renameByLink(nativeFiles, from, to);
    if (isUnknown) withoutFlag.add(directory);
  },

  renameUnblocked(from, to) {
    if (!mayWait(to) || !from.isWellFormed()) return nativeFiles.rename(from, to);
    // What fails is asked again by a call that words the error.
    return Deno.rename(from, to).catch(() => nativeFiles.rename(from, to));
  },

  renameNewUnblocked(from, to) {
    const c = libc();
    const isByLink = withoutFlag.has(dirname(to)) && mayWait(to) && from.isWellFormed();
    if (!c || !isByLink) return nativeFiles.renameNew(from, to);
    return Deno.link(from, to).then(
      async () => {
        if (!await unlinkPath(c, from)) removeLinked(nativeFiles, from, to);
      },
      () => renameByLink(nativeFiles, from, to),
    );
  },

  existsUnblocked(path) {
    if (!mayWait(path)) return nativeFiles.exists(path);
    return Deno.lstat(path).then(() => true, (error) => {
      return error instanceof Deno.errors.NotFound ? false : nativeFiles.exists(path);
    });
  },

  renamesAsOne(directory) {
    const type = typeOf(directory);
    return type !== undefined && renamesAsOne(type);
  },

  isLocal(directory) {
    const type = typeOf(directory);
    return type !== undefined && isLocal(type);
  },

  removeEach: (paths) => Promise.all(paths.map(removeOne)),

  sync: (paths) => syncEach(paths, syncOne),

  async syncTree(directory) {
    const c = libc();
    const entries = [...nativeFiles.list(directory)];
    if (c && entries.length >= SYNCFS_FROM && await syncFileSystem(c, directory)) return;
    await syncEntries(directory, entries, nativeFiles.syncTree, syncOne);
  },
};
