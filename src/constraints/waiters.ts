/**
 * Which jobs wait for a job, for readers and for those who are about to remove it.
 *
 * @module
 */

import { childrenOf, parentsOf, unmarkChild } from "./dependencies.ts";
import { entries, type Entry, readEntry } from "../contents/entries.ts";
import { QueueError } from "../text/errors.ts";
import { listIfThere, pathIn, type Store } from "../store/store.ts";

/** A job was not removed, because others wait for it. */
export class WaitedForError extends QueueError {
  /**
   * Makes the error.
   *
   * @param id The job.
   * @param children Those that wait for it.
   */
  constructor(readonly id: string, readonly children: readonly string[]) {
    const shown = children.slice(0, 5).map((child) => `"${child}"`).join(", ");
    const more = children.length > 5 ? ` and ${children.length - 5} more` : "";
    super(
      children.length === 1
        ? `cannot remove ${id}: job ${shown} depends on it; remove ${shown} first`
        : `cannot remove ${id}: jobs ${shown}${more} depend on it; remove them first`,
    );
  }
}

/**
 * The IDs of the jobs that wait for a job to end, or have not been claimed since it did.
 *
 * @param id The job's whole ID.
 */
export function waitersOf(store: Store, id: string): string[] {
  const marked = childrenOf(store, id);
  return marked.length > 0 ? amongWaiting(store)(marked) : marked;
}

/** Those of some jobs that a job outside these waits for. */
export function waitedFor(store: Store, removing: readonly Entry[]): Set<string> {
  const kept = new Set<string>();
  if (!store.files.exists(pathIn(store, "after"), "fresh")) return kept;
  const ids = new Set(removing.map(({ id }) => id));
  const waiting = amongWaiting(store);
  for (const { name } of listIfThere(store, pathIn(store, "after"))) {
    if (!ids.has(name)) continue;
    if (waiting(childrenOf(store, name)).some((child) => !ids.has(child))) kept.add(name);
  }
  return kept;
}

/** Picks the IDs whose jobs wait: a marker outlives a job that was removed by hand. */
function amongWaiting(store: Store): (ids: string[]) => string[] {
  const waiting = new Set<string>();
  for (const { id } of entries(store, "pending")) waiting.add(id);
  return (ids) => ids.filter((id) => waiting.has(id));
}

/**
 * Prepares the removal of a job's markers, which go after the job, so that no waiting job lacks its
 * own.
 *
 * @param entry The job, still there.
 * @returns To be called when it is gone.
 */
export function forgetWaiting(store: Store, entry: Entry): () => void {
  if (entry.state !== "pending" || !store.files.exists(pathIn(store, "after"))) return () => {};
  const job = readEntry(store, entry);
  return () => {
    if (job && parentsOf(job).length > 0) unmarkChild(store, job);
  };
}
