/**
 * The directories that renames leave, to be flushed with those that they enter. Where the file
 * system makes a rename durable as one step the list is empty. Elsewhere a power cut can bring back
 * the old name beside the new one.
 *
 * @module
 */

import { parseBatchName } from "../format/names.ts";
import { pathIn, type Store } from "../store/store.ts";

/**
 * The directories that jobs left when they were claimed, to be flushed before their end is
 * reported.
 *
 * @param cameFrom The directory that each job was claimed from; `undefined` if another worker
 * claimed it.
 */
export function leftByClaims(store: Store, cameFrom: Iterable<string | undefined>): string[] {
  if (store.files.renamesAsOne(store.dir)) return [];
  const left = new Set([pathIn(store, "processing")]);
  for (const directory of cameFrom) {
    if (directory === undefined) return [...left, ...waitingDirectories(store)];
    left.add(directory);
  }
  return [...left];
}

/** The directories that a job and its log leave when it is settled. */
export function leftBySettling(store: Store): string[] {
  if (store.files.renamesAsOne(store.dir)) return [];
  return [pathIn(store, "tmp"), pathIn(store, "processing")];
}

/**
 * All directories that an unfinished job may have left, to be flushed before a change to it is
 * reported.
 */
export function leftByWaiting(store: Store): string[] {
  if (store.files.renamesAsOne(store.dir)) return [];
  return [...leftBySettling(store), ...waitingDirectories(store)];
}

/** Where jobs wait, each batch included. */
function waitingDirectories(store: Store): string[] {
  const pending = pathIn(store, "pending");
  const batches: string[] = [];
  for (const { name, kind } of store.files.list(pending)) {
    if (kind === "directory" && parseBatchName(name)) batches.push(`${pending}/${name}`);
  }
  return [pending, pathIn(store, "failed"), ...batches];
}
