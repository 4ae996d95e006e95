/**
 * {@linkcode FilePort} on the real disk: straight through the C library where it can be had, else, and
 * wherever that fails, through the runtime's own file calls.
 *
 * @module
 */

import type { FilePort, FileStat } from "./file_port.ts";
import { renamesAsOne } from "./file_systems.ts";
import { EEXIST, ENOENT, errno, libc, libcFor, passingPath } from "./libc.ts";
import {
  createNew,
  fileSystemOf,
  flushed,
  flushedWhole,
  lookAt,
  readReady,
  readRegular,
  removed,
} from "./libc_files.ts";
import { portableFiles, syncEach, syncEntries } from "./portable_files.ts";
import { streamDirectory } from "./stream_directory.ts";

const AT_FDCWD = -100, AT_SYMLINK_NOFOLLOW = 0x100, RENAME_NOREPLACE = 1;
/** Above this many files one `syncfs` is cheaper than an `fsync` for each. */
const SYNCFS_FROM = 64;

/** What was asked once of the file systems of directories; a queue has its own for as long as it is worked. */
const knownDirectories = new Map<string, boolean>();

function statPath(path: string): FileStat | undefined {
  const c = libcFor(path);
  const seen = c && lookAt(c, path);
  return seen === undefined ? portableFiles.stat(path) : seen ?? undefined;
}

async function syncOne(path: string): Promise<void> {
  const c = libcFor(path);
  if (!c || !await flushed(c, path)) await portableFiles.sync([path]);
}

async function removeOne(path: string): Promise<boolean | Error> {
  const c = libcFor(path);
  return c && await removed(c, path) || (await portableFiles.removeEach([path]))[0]!;
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

  list(directory) {
    const c = libc();
    return c ? streamDirectory(c, directory) : portableFiles.list(directory);
  },

  stat: statPath,

  exists(path) {
    const c = libcFor(path);
    // An exception costs the runtime more than the question; this is asked for each job.
    if (c) return c.faccessat(AT_FDCWD, passingPath(path), 0, AT_SYMLINK_NOFOLLOW) === 0;
    return portableFiles.exists(path);
  },

  read(path) {
    const c = libcFor(path);
    return c && readRegular(c, path) || portableFiles.read(path);
  },

  readReady(path) {
    const c = libcFor(path);
    const content = c && readReady(c, path);
    if (content instanceof Uint8Array) return content;
    return content?.then((read) => read ?? portableFiles.read(path)) ?? portableFiles.read(path);
  },

  startFetcher() {
    if (!libc()) return undefined;
    const url = import.meta.resolve("./fetch_thread.ts");
    try {
      const thread = new Worker(url, { type: "module", name: "queuectl fetcher" });
      // An error in it, unheeded, would end the whole program.
      thread.addEventListener("error", (event) => event.preventDefault());
      return {
        fetch: (paths) => thread.postMessage(paths),
        [Symbol.dispose]: () => thread.terminate(),
      };
    } catch {
      // Without it files come when they are read.
      return undefined;
    }
  },

  create(path, content) {
    const c = libcFor(path);
    if (!c || !createNew(c, path, content)) portableFiles.create(path, content);
  },

  rename(from, to) {
    const c = libcFor(from);
    if (c) {
      if (c.rename(passingPath(from), passingPath(to)) === 0) return;
      if (errno(c) === ENOENT) throw new Deno.errors.NotFound(`no ${from}`);
    }
    portableFiles.rename(from, to);
  },

  renameNew(from, to) {
    const c = libc();
    if (c) {
      const [source, target] = [passingPath(from), passingPath(to)];
      if (c.renameat2(AT_FDCWD, source, AT_FDCWD, target, RENAME_NOREPLACE) === 0) return;
      const code = errno(c);
      if (code === EEXIST) throw new Deno.errors.AlreadyExists(`${to} exists`);
      if (code === ENOENT) throw new Deno.errors.NotFound(`no ${from}`);
    }
    // Not every system and file system knows the flag; any other error this makes again, better worded.
    portableFiles.renameNew(from, to);
  },

  renamesAsOne(directory) {
    let answer = knownDirectories.get(directory);
    if (answer === undefined) {
      const c = libc();
      const type = c && fileSystemOf(c, directory);
      answer = type !== undefined && renamesAsOne(type);
      knownDirectories.set(directory, answer);
    }
    return answer;
  },

  removeEach: (paths) => Promise.all(paths.map(removeOne)),

  async sync(paths) {
    await syncEach(paths, syncOne);
  },

  async syncTree(directory) {
    const c = libc();
    const entries = [...nativeFiles.list(directory)];
    if (c && entries.length >= SYNCFS_FROM && await flushedWhole(c, directory)) return;
    await syncEntries(directory, entries, nativeFiles.syncTree, syncOne);
  },
};
