/**
 * Explicit IDs: of two who choose the same one, one is told that it is taken.
 *
 * @module
 */

import { entries } from "./entries.ts";
import type { FileLock } from "../fs/file_port.ts";
import { lockWaiter } from "../store/lock_wait.ts";
import type { JobState } from "../format/names.ts";
import { pathIn, type Store } from "../store/store.ts";

/**
 * The lock for what must not be done twice at once: choosing explicit IDs (of two who enqueue the same one,
 * the second looks only after the first has published), and changing the settings. Workers never take it.
 *
 * @throws {LockWaitError} If another has had it for longer than this store waits.
 */
export async function lockQueue(store: Store): Promise<FileLock> {
  const path = lockPath(store);
  const waits = lockWaiter(path, store.lockWait);
  try {
    return await store.files.lock(path, waits);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  makeLockFile(store);
  return await store.files.lock(path, waits);
}

/** The same lock, for who would rather do without than wait for it; `undefined` if another has it. */
export function tryLockQueue(store: Store): FileLock | undefined {
  if (!store.files.exists(lockPath(store))) makeLockFile(store);
  return store.files.tryLock(lockPath(store));
}

function lockPath(store: Store): string {
  return `${store.dir}/lock`;
}

function makeLockFile(store: Store): void {
  try {
    store.files.create(lockPath(store), new Uint8Array());
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

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
