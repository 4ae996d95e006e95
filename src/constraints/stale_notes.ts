/**
 * What was noted for jobs that are no more, or wait no more: keys in unique/, and in after/ who waits for whom. A program
 * that is killed between the note and its job leaves such; it counts for nothing.
 *
 * @module
 */

import { releaseIfReady } from "./dependencies.ts";
import { entries } from "../contents/entries.ts";
import { ID_PATTERN } from "../format/names.ts";
import { removeStaleKeys, staleKeys } from "./stale_keys.ts";
import { pathIn, removeIfThere, type Store } from "../store/store.ts";
import { tryLockQueue } from "../store/queue_lock.ts";

/** A note in after/: that one job waits for another. */
export interface Marker {
  /** The name of the folder: the job that is waited for. */
  parent: string;
  /** The name in it: the job that waits. */
  child: string;
}

/**
 * Removes the notes of jobs that are no more or wait no more, unless jobs are being added just now: then some of them may
 * be of those.
 */
export async function clearStaleNotes(store: Store): Promise<void> {
  const keys = await staleKeys(store);
  const parents = namesIn(store, pathIn(store, "after"));
  const markers = parents.flatMap((parent) => markersOf(store, parent));
  const open = openIds(store, markers.map(({ child }) => child));
  const stale = markers.filter(({ child }) => !open.has(child));
  const marked = new Set(markers.map(({ parent }) => parent));
  const empty = parents.filter((parent) => !marked.has(parent));
  if (keys.length + stale.length + empty.length === 0) return;
  const lock = tryLockQueue(store);
  if (!lock) return;
  try {
    removeStaleKeys(store, keys);
    removeStaleMarkers(store, stale);
    for (const parent of empty) removeMarkerFolder(store, parent);
  } finally {
    lock.release();
  }
}

/** Those of some notes are removed whose jobs do not wait. The queue's lock must be held. */
export function removeStaleMarkers(store: Store, markers: readonly Marker[]): void {
  const children = markers.map(({ child }) => child);
  const before = openIds(store, children);
  const removed = markers.filter(({ parent, child }) =>
    !before.has(child) && removeIfThere(store, pathIn(store, "after", `${parent}/${child}`))
  );
  // Should a job wait again since we looked, it must not be forgotten.
  const since = openIds(store, removed.map(({ child }) => child));
  for (const { parent, child } of removed) {
    if (since.has(child)) {
      store.files.append(pathIn(store, "after", `${parent}/${child}`), new Uint8Array());
      releaseIfReady(store, child);
    } else removeMarkerFolder(store, parent);
  }
}

/** Removes a folder in after/ that has no note in it any more. */
export function removeMarkerFolder(store: Store, parent: string): void {
  try {
    removeIfThere(store, pathIn(store, "after", parent));
  } catch {
    // Others wait for it.
  }
}

function markersOf(store: Store, parent: string): Marker[] {
  return namesIn(store, pathIn(store, "after", parent)).map((child) => ({ parent, child }));
}

/** The names in a directory of the queue; none if it is not there, or is no directory. */
export function namesIn(store: Store, directory: string): string[] {
  if (store.files.stat(directory)?.kind !== "directory") return [];
  try {
    return [...store.files.list(directory)].map(({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Those of some IDs whose jobs have yet to end. */
function openIds(store: Store, ids: readonly string[]): Set<string> {
  const open = new Set<string>();
  const left = new Set(ids.filter((id) => ID_PATTERN.test(id)));
  // Twice around: one that goes back while we look is met in the second round.
  for (let round = 0; round < 2 && left.size > 0; round++) {
    for (const state of ["pending", "failed", "processing"] as const) {
      for (const { id } of entries(store, state)) if (left.delete(id)) open.add(id);
    }
  }
  return open;
}
