/**
 * The directories that renames leave. Where the file system keeps a rename as one they need no flush; elsewhere a name
 * that a job has left is back after a power cut, beside the newer one, until its directory was flushed too.
 *
 * @module
 */

import { parseBatchName } from "../format/names.ts";
import { pathIn, type Store } from "../store/store.ts";

/**
 * The directories that jobs may have left on their way to a worker that settles them now, for a flush before their ends
 * are told.
 *
 * @param cameFrom For each job the directory that it was claimed from; `undefined` if that is not known, as another
 * worker claimed it.
 */
export function leftByClaims(
  store: Store,
  cameFrom: Iterable<string | undefined>,
): string[] {
  if (store.files.renamesAsOne(store.dir)) return [];
  const left = new Set([pathIn(store, "processing")]);
  for (const directory of cameFrom) {
    if (directory === undefined) return [...left, ...waitingDirectories(store)];
    left.add(directory);
    // A batch that is empty goes; then it is from there that it must be gone.
    const pending = pathIn(store, "pending");
    if (directory.startsWith(`${pending}/`)) left.add(pending);
  }
  return [...left].filter((path) => store.files.exists(path));
}

/** The directories that a job and its log leave when it is settled. */
export function leftBySettling(store: Store): string[] {
  if (store.files.renamesAsOne(store.dir)) return [];
  return [pathIn(store, "tmp"), pathIn(store, "processing")];
}

/** All directories that a job may have left that has not ended, for a flush before a change to it is told. */
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
