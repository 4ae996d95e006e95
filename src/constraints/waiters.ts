/**
 * Who waits for whom, for those who look, and for those who are about to remove what others wait for.
 *
 * @module
 */

import { childrenOf, parentsOf, unmarkChild } from "./dependencies.ts";
import { entries, type Entry, readEntry } from "../contents/entries.ts";
import { QueueError } from "../text/errors.ts";
import { pathIn, type Store } from "../store/store.ts";

/** A job was not removed, as others wait for it. */
export class WaitedForError extends QueueError {
  /**
   * Makes the error.
   *
   * @param id The job.
   * @param children Those that wait for it.
   */
  constructor(readonly id: string, readonly children: readonly string[]) {
    const shown = children.slice(0, 5).join(", ");
    const more = children.length > 5 ? ` and ${children.length - 5} more` : "";
    const wait = children.length === 1 ? "waits" : "wait";
    const first = children.length === 1 ? "that" : "those";
    super(`job ${id} was not removed, as ${shown}${more} ${wait} for it; remove ${first} first`);
  }
}

/**
 * The IDs of the jobs that wait for one to end, or have yet to see how it has ended.
 *
 * @param id The job's whole ID.
 */
export function waitersOf(store: Store, id: string): string[] {
  const marked = childrenOf(store, id);
  return marked.length > 0 ? amongWaiting(store)(marked) : marked;
}

/** Those of some jobs that others wait for, which are not among them. */
export function waitedFor(store: Store, removing: readonly Entry[]): Set<string> {
  const kept = new Set<string>();
  if (!store.files.exists(pathIn(store, "after"))) return kept;
  const ids = new Set(removing.map(({ id }) => id));
  const waiting = amongWaiting(store);
  for (const { name } of [...store.files.list(pathIn(store, "after"))]) {
    if (!ids.has(name)) continue;
    if (waiting(childrenOf(store, name)).some((child) => !ids.has(child))) kept.add(name);
  }
  return kept;
}

/** Gives those of some IDs whose jobs wait: a marker can outlive its job, if that was removed by hand. */
function amongWaiting(store: Store): (ids: string[]) => string[] {
  const waiting = new Set<string>();
  for (const { id } of entries(store, "pending")) waiting.add(id);
  return (ids) => ids.filter((id) => waiting.has(id));
}

/**
 * What a job's removal leaves to be done: its markers go after it, so that none that waits lacks its own.
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
