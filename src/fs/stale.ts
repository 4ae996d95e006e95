/**
 * Stale handles. A network file system answers ESTALE for a name that another machine has removed
 * or replaced, where a local one says that it is missing, or finds the new file.
 *
 * @module
 */

import { dirname } from "@std/path/posix/dirname";
import type { FilePort } from "./file_port.ts";
import { ERRNO } from "./linux_abi.ts";
import { createInTurn } from "./sync_each.ts";

const ESTALE = Deno.build.os === "linux" ? ERRNO.ESTALE : 70;
const STALE = new RegExp(`^.*\\(os error ${ESTALE}\\)`);

/** How often a call is made while its handle is stale: the second may find the new file. */
const MOST_TRIES = 3;

/** Whether an error of the runtime is ESTALE, for which it has no class. */
export function isStale(error: unknown): error is Error {
  return error instanceof Error && STALE.test(error.message);
}

/** The error that a local file system raises in place of ESTALE. */
function missingInstead({ message }: Error): Deno.errors.NotFound {
  const said = message.replace(STALE, "No such file or directory (os error 2)");
  return Object.assign(new Deno.errors.NotFound(said), { code: "ENOENT" });
}

/** Makes a call, and makes it anew while its handle is stale. */
function tried<T>(call: () => T): T {
  for (let tries = 1;; tries++) {
    try {
      return call();
    } catch (error) {
      if (!isStale(error) || tries === MOST_TRIES) throw error;
    }
  }
}

/** Makes a call that changes nothing. If its handle stays stale, what it names is gone. */
export function look<T>(call: () => T): T {
  try {
    return tried(call);
  } catch (error) {
    throw isStale(error) ? missingInstead(error) : error;
  }
}

/** {@linkcode look}; `undefined` if what the call names is missing. */
function lookIfThere<T>(call: () => T): T | undefined {
  try {
    return look(call);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * A port that takes a stale handle for a missing file, as its callers do not know ESTALE.
 *
 * A change that ESTALE refuses fails with `NotFound` only if a look finds its path missing; else
 * ESTALE stays, so that nobody takes a job that is there for one that another has taken. A flush
 * that fails is never asked again and never `NotFound`: only opening what is to be flushed is.
 */
export function withoutStale(port: FilePort): FilePort {
  const stat: FilePort["stat"] = (path, how) => lookIfThere(() => port.stat(path, how));

  /** What to throw for an error of a call that changes a path. */
  function refused(path: string, error: unknown): unknown {
    return isStale(error) && !stat(path) ? missingInstead(error) : error;
  }

  function change<T>(path: string, call: () => T): T {
    try {
      return tried(call);
    } catch (error) {
      throw refused(path, error);
    }
  }

  /** A call that waits is not made again: it may have flushed half of what it was given. */
  async function awaited<T>(call: () => T | Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw isStale(error) ? missingInstead(error) : error;
    }
  }

  const { keepOpen } = port;
  const stalless: FilePort = {
    *list(directory) {
      // The directory is opened when the first entry is asked for.
      const [entries, first] = look(() => {
        const entries = Iterator.from(port.list(directory));
        return [entries, entries.next()] as const;
      });
      if (first.done) return;
      yield first.value;
      yield* entries;
    },
    stat,
    exists: (path, how) => lookIfThere(() => port.exists(path, how)) ?? false,
    existsUnblocked: (path) => stalless.exists(path),
    read: (path) => look(() => port.read(path)),
    readUnblocked: (path) => {
      const content = look(() => port.readUnblocked(path));
      return content instanceof Promise ? awaited(() => content) : content;
    },
    ...(keepOpen && { keepOpen: (directory) => look(() => keepOpen.call(port, directory)) }),
    create: (path, content) => change(dirname(path), () => port.create(path, content)),
    createEach: (files, flushed) => createInTurn(stalless, files, flushed),
    append(path, content) {
      // Not made again: some of it may be there.
      try {
        port.append(path, content);
      } catch (error) {
        throw refused(path, error);
      }
    },
    makeDirectory: (path) => change(dirname(path), () => port.makeDirectory(path)),
    setMode: (path, mode) => change(path, () => port.setMode(path, mode)),
    setTime: (path, time) => change(path, () => port.setTime?.(path, time)),
    rename: (from, to) => change(from, () => port.rename(from, to)),
    renameNew: (from, to) => change(from, () => port.renameNew(from, to)),
    renameUnblocked: (from, to) => stalless.rename(from, to),
    renameNewUnblocked: (from, to) => stalless.renameNew(from, to),
    link: (from, to) => change(from, () => port.link(from, to)),
    remove: (path) => change(path, () => port.remove(path)),
    async removeEach(paths) {
      const results = await port.removeEach(paths);
      return results.map((result, index) => {
        if (!isStale(result)) return result;
        const path = paths[index]!;
        try {
          change(path, () => port.remove(path));
          return true;
        } catch (error) {
          return error instanceof Deno.errors.NotFound ? false : error as Error;
        }
      });
    },
    sync: (paths) => awaited(() => port.sync(paths)),
    syncTree: (directory) => awaited(() => port.syncTree(directory)),
    renamesAsOne: (directory) => port.renamesAsOne(directory),
    isLocal: (directory) => port.isLocal(directory),
    tryLock: (path) => look(() => port.tryLock(path)),
    lock: (path, onWait) => awaited(() => port.lock(path, onWait)),
  };
  return stalless;
}
