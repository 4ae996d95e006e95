/**
 * Notes without a waiting job: keys in unique/, and markers in after/ that say which job waits for
 * which. A program that is killed between the note and its job leaves them; nothing goes by them.
 *
 * @module
 */

import { releaseIfReady } from "./dependencies.ts";
import { ID_PATTERN } from "../format/names.ts";
import {
  listIfThere,
  pathIn,
  removeIfPossible,
  removeIfThere,
  type Store,
} from "../store/store.ts";
import { tryLockQueue } from "../store/queue_lock.ts";
import { removeStaleKeys, staleKeys } from "./unique.ts";
import { openIds } from "../contents/taken_ids.ts";

/** A note in after/: that one job waits for another. */
export interface Marker {
  /** The name of the folder: the job that the other waits for. */
  parent: string;
  /** The name in it: the job that waits. */
  child: string;
}

/**
 * Removes the notes of jobs that are missing or no longer wait. Does nothing while a program adds
 * jobs, which may be those of the notes.
 */
export async function clearStaleNotes(store: Store): Promise<void> {
  const keys = await staleKeys(store);
  const parents = namesIn(store, pathIn(store, "after"));
  const markers = parents.flatMap((parent) => markersOf(store, parent));
  const open = openIds(store, childIds(markers));
  const stale = markers.filter(({ child }) => !open.has(child));
  const marked = new Set(markers.map(({ parent }) => parent));
  const empty = parents.filter((parent) => !marked.has(parent));
  if (keys.length + stale.length + empty.length === 0) return;
  using lock = tryLockQueue(store);
  if (!lock) return;
  removeStaleKeys(store, keys);
  removeStaleMarkers(store, stale);
  for (const parent of empty) removeMarkerFolder(store, parent);
}

/** Removes those markers whose jobs do not wait. The queue's lock must be held. */
export function removeStaleMarkers(store: Store, markers: readonly Marker[]): void {
  const before = openIds(store, childIds(markers));
  const removed = markers.filter(({ parent, child }) =>
    !before.has(child) && removeIfThere(store, pathIn(store, "after", `${parent}/${child}`))
  );
  // A job that waits again since the first look gets its marker back.
  const since = openIds(store, childIds(removed));
  for (const { parent, child } of removed) {
    if (since.has(child)) {
      store.files.append(pathIn(store, "after", `${parent}/${child}`), new Uint8Array());
      releaseIfReady(store, child);
    } else removeMarkerFolder(store, parent);
  }
}

/** Removes a folder in after/, if it has no marker in it any more. */
export function removeMarkerFolder(store: Store, parent: string): void {
  removeIfPossible(store, pathIn(store, "after", parent));
}

function markersOf(store: Store, parent: string): Marker[] {
  return namesIn(store, pathIn(store, "after", parent)).map((child) => ({ parent, child }));
}

function childIds(markers: readonly Marker[]): string[] {
  return markers.map(({ child }) => child).filter((id) => ID_PATTERN.test(id));
}

/** The names in a directory of the queue; none if it is missing, or is no directory. */
export function namesIn(store: Store, directory: string): string[] {
  if (store.files.stat(directory)?.kind !== "directory") return [];
  return [...listIfThere(store, directory)].map(({ name }) => name);
}
