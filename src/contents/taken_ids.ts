/**
 * Which IDs are taken by a job in the queue, in whatever state.
 *
 * @module
 */

import type { JobState } from "../format/names.ts";
import { pathIn, type Store } from "../store/store.ts";
import { endOf, entries } from "./entries.ts";

/** The states of jobs that have not ended, in the order of a job's life. */
const OPEN_STATES = ["pending", "failed", "processing"] as const;

/** A sentence for the user whose ID is taken: which job has it. */
export function takenMessage({ id, state }: { id: string; state: JobState }): string {
  return `a job "${id}" exists already, in state ${state} (see: queuectl show ${id})`;
}

/** Those of some IDs that a job in the queue has. */
export function presentIds(store: Store, ids: ReadonlySet<string>): Set<string> {
  const present = new Set([...ids].filter((id) => endOf(store, id)));
  const left = ids.difference(present);
  const find = (id: string) => left.delete(id) && present.add(id);
  while (left.size > 0) {
    const taken = findTaken(store, left);
    if (!taken) break;
    find(taken.id);
    // One pass finds most of them; the loop looks again for those that moved meanwhile.
    for (const state of OPEN_STATES) {
      if (left.size === 0) break;
      for (const { id } of entries(store, state)) find(id);
    }
  }
  return present;
}

/** Those of some IDs whose jobs have not ended. */
export function openIds(store: Store, ids: Iterable<string>): Set<string> {
  const open = new Set<string>();
  const left = new Set(ids);
  // The second round meets a job that goes back to an earlier state during the first.
  for (let round = 0; round < 2 && left.size > 0; round++) {
    for (const state of OPEN_STATES) {
      for (const { id } of entries(store, state)) if (left.delete(id)) open.add(id);
    }
  }
  return open;
}

/** The first of some IDs that a job in the queue has, and its state. */
export function findTaken(
  store: Store,
  ids: ReadonlySet<string>,
): { id: string; state: JobState } | undefined {
  // In the order of a job's life, so that a job that moves on is met further on. The second round
  // meets one that goes back during the first.
  for (let round = 0; round < 2; round++) {
    for (const state of OPEN_STATES) {
      for (const { id } of entries(store, state)) if (ids.has(id)) return { id, state };
    }
    for (const state of ["done", "dead"] as const) {
      if (ids.size < 100) {
        for (const id of ids) {
          if (store.files.exists(pathIn(store, state, `${id}.json`), "fresh")) return { id, state };
        }
      } else {
        for (const { id } of entries(store, state)) if (ids.has(id)) return { id, state };
      }
    }
  }
}
