/**
 * Jobs that a power cut left under two names, on a file system that does not keep a rename as one:
 * both names lead to one file, and each would be run.
 *
 * @module
 */

import { entries, type Entry } from "../contents/entries.ts";
import { HELD_TIME } from "../format/names.ts";
import { haveOneFile } from "../fs/rename_by_link.ts";
import { ifThere, pathIn, removeIfThere, type Store } from "../store/store.ts";

/** The stores that this program has looked through. */
const seen = new WeakSet<Store>();

/**
 * Removes the names in failed/ of jobs that lie in pending/ too, as they were retried, and those in
 * done/ and dead/ of jobs that are held there, to be edited before their retry. Looks once per
 * opened queue: only a power cut brings names back, and no program survives one.
 */
export function removeDoubledNames(store: Store): void {
  if (seen.has(store)) return;
  seen.add(store);
  if (store.files.renamesAsOne(store.dir)) return;
  const failed = new Map<string, Entry>();
  for (const entry of entries(store, "failed")) failed.set(entry.id, entry);
  for (const { id, path, time } of entries(store, "pending")) {
    const file = pathIn(store, "pending", path);
    const old = failed.get(id);
    if (old) removeDoubled(store, pathIn(store, "failed", old.path), file);
    if (time !== HELD_TIME) continue;
    for (const state of ["done", "dead"] as const) {
      removeDoubled(store, pathIn(store, state, `${id}.json`), file);
    }
  }
}

/** Removes an old name of a file. */
function removeDoubled(store: Store, old: string, file: string): void {
  if (ifThere(() => haveOneFile(store.files, old, file))) removeIfThere(store, old);
}
