/**
 * Explicit IDs: of two who choose the same one, one is told that it is taken.
 *
 * @module
 */

import { entries } from "./entries.ts";
import type { JobState } from "../format/names.ts";
import { pathIn, type Store } from "../store/store.ts";

/** One sentence that says which job has an ID, for who wanted it for another. */
export function takenMessage({ id, state }: { id: string; state: JobState }): string {
  return `a job "${id}" exists already, in state ${state} (see: queuectl show ${id})`;
}

/** Which of these IDs a job in the queue has, in whatever state. */
export function presentIds(store: Store, ids: ReadonlySet<string>): Set<string> {
  const present = new Set<string>();
  const left = new Set(ids);
  for (const id of ids) {
    if (
      (["done", "dead"] as const).some((state) =>
        store.files.exists(pathIn(store, state, `${id}.json`))
      )
    ) {
      present.add(id);
      left.delete(id);
    }
  }
  while (left.size > 0) {
    const taken = findTaken(store, left);
    if (!taken) break;
    present.add(taken.id);
    left.delete(taken.id);
    // One pass finds most of them; what moved meanwhile is looked for again.
    for (const state of ["pending", "failed", "processing"] as const) {
      if (left.size === 0) break;
      for (const { id } of entries(store, state)) if (left.delete(id)) present.add(id);
    }
  }
  return present;
}

/** The first of these IDs that a job in the queue has, and the state it is in. */
export function findTaken(
  store: Store,
  ids: ReadonlySet<string>,
): { id: string; state: JobState } | undefined {
  // Twice around, in the order of a job's life: one that moves on is met further on, and one that
  // goes back while we look is met in the second round.
  for (let round = 0; round < 2; round++) {
    for (const state of ["pending", "failed", "processing"] as const) {
      for (const { id } of entries(store, state)) if (ids.has(id)) return { id, state };
    }
    for (const state of ["done", "dead"] as const) {
      if (ids.size < 100) {
        for (const id of ids) {
          if (store.files.stat(pathIn(store, state, `${id}.json`))) return { id, state };
        }
      } else {
        for (const { id } of entries(store, state)) if (ids.has(id)) return { id, state };
      }
    }
  }
}
