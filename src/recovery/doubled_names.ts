/**
 * Jobs that a power cut has left under two names, where the file system does not keep a rename as one: both lead to
 * one file, and each would be run.
 *
 * @module
 */

import { entries, type Entry } from "../contents/entries.ts";
import { pathIn, removeIfThere, type Store } from "../store/store.ts";

/** The stores in which this program has looked. */
const seen = new WeakSet<Store>();

/**
 * Removes the names in failed/ of jobs whose retry was asked for, and that wait in pending/ too. Once for each opened
 * queue: while a program lives no name comes back.
 */
export function removeDoubledNames(store: Store): void {
  if (seen.has(store)) return;
  seen.add(store);
  if (store.files.renamesAsOne(store.dir)) return;
  const failed = new Map<string, Entry>();
  for (const entry of entries(store, "failed")) failed.set(entry.id, entry);
  if (failed.size === 0) return;
  for (const { id, path } of entries(store, "pending")) {
    const old = failed.get(id);
    if (!old) continue;
    const oldPath = pathIn(store, "failed", old.path);
    const identity = store.files.stat(oldPath)?.identity;
    const isOne = identity !== undefined &&
      store.files.stat(pathIn(store, "pending", path))?.identity === identity;
    if (isOne) removeIfThere(store, oldPath);
  }
}
