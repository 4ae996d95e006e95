/**
 * Jobs that a power cut left under two names, on a file system that does not keep a rename as one:
 * both names lead to one file, and each would be run.
 *
 * @module
 */

import { entries, type Entry } from "../contents/entries.ts";
import { haveOneFile } from "../fs/rename_by_link.ts";
import { ifThere, pathIn, removeIfThere, type Store } from "../store/store.ts";

/** The stores that this program has looked through. */
const seen = new WeakSet<Store>();

/**
 * Removes the names in failed/ of jobs that lie in pending/ too, as they were retried. Looks once
 * per opened queue: only a power cut brings names back, and no program survives one.
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
    if (ifThere(() => haveOneFile(store.files, oldPath, pathIn(store, "pending", path)))) {
      removeIfThere(store, oldPath);
    }
  }
}
