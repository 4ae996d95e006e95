/**
 * Flushing many paths, several at once.
 *
 * @module
 */

import { dirname } from "@std/path/posix/dirname";
import type { DirectoryEntry, FilePort } from "./file_port.ts";

/** Enough to share one journal commit, and few enough for any limit of open files. */
const FLUSHED_AT_ONCE = 64;

/**
 * Flushes paths, several at once, and returns when no flush is running.
 *
 * @throws The first error.
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

/** Flushes the entries of a directory, then the directory. */
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
 * Flushes paths; of a directory that may be removed meanwhile, and is, its removal.
 *
 * @throws The first error, once no flush is running.
 */
export async function syncLeft(
  files: FilePort,
  paths: readonly string[],
  mayBeRemoved: (path: string) => boolean,
): Promise<void> {
  const syncOrRemoval = async (path: string) => {
    try {
      await files.sync([path]);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      await files.sync([dirname(path)]);
    }
  };
  const results = await Promise.allSettled([
    files.sync(paths.filter((path) => !mayBeRemoved(path))),
    ...paths.filter(mayBeRemoved).map(syncOrRemoval),
  ]);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
