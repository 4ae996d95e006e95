/**
 * Making and flushing many paths, several at once.
 *
 * @module
 */

import { dirname } from "@std/path/posix/dirname";
import type { DirectoryEntry, FilePort, NewFile } from "./file_port.ts";

/** Enough to share one journal commit, and few enough for any limit of open files. */
const FLUSHED_AT_ONCE = 64;

/**
 * Flushes paths, several at once, and returns when no flush is running.
 *
 * @throws The first error.
 */
export function syncEach(
  paths: readonly string[],
  sync: (path: string) => Promise<void>,
): Promise<void> {
  return forEachAtOnce(paths, FLUSHED_AT_ONCE, sync);
}

/**
 * Does something with each item, with so many at once, and returns when nothing is under way.
 *
 * @throws The first error.
 */
export async function forEachAtOnce<T>(
  items: readonly T[],
  most: number,
  act: (item: T) => Promise<void>,
): Promise<void> {
  if (items.length === 1) return await act(items[0]!);
  let next = 0;
  const goOn = async () => {
    while (next < items.length) await act(items[next++]!);
  };
  const lanes = Array.from({ length: Math.min(most, items.length) }, goOn);
  for (const result of await Promise.allSettled(lanes)) {
    if (result.status === "rejected") throw result.reason;
  }
}

/** `createEach` of a port that makes one file after the other. */
export async function createInTurn(
  port: Pick<FilePort, "create" | "sync">,
  files: readonly NewFile[],
  flushed?: readonly string[],
): Promise<void> {
  for (const { path, content } of files) port.create(path, content);
  if (flushed) await port.sync([...files.map(({ path }) => path), ...flushed]);
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
 * @param made Files to make before.
 * @throws The first error, once no flush is running.
 */
export async function syncLeft(
  files: FilePort,
  paths: readonly string[],
  mayBeRemoved: (path: string) => boolean,
  made: readonly NewFile[] = [],
): Promise<void> {
  const lasting = paths.filter((path) => !mayBeRemoved(path));
  const syncOrRemoval = async (path: string) => {
    try {
      await files.sync([path]);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      await files.sync([dirname(path)]);
    }
  };
  const results = await Promise.allSettled([
    made.length > 0 ? files.createEach(made, lasting) : files.sync(lasting),
    ...paths.filter(mayBeRemoved).map(syncOrRemoval),
  ]);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
