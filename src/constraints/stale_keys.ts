/**
 * Keys whose jobs are no more: they count for nothing, and take up room.
 *
 * @module
 */

import { ID_PATTERN } from "../format/names.ts";
import { pathIn, removeIfThere, type Store } from "../store/store.ts";
import { presentIds } from "../contents/taken_ids.ts";
import { tryLockQueue } from "../store/queue_lock.ts";

/** So many are read before other work has a turn. */
const SLICE = 200;

/**
 * The names in unique/ that name a job which was removed, or that was never added because the program died. Not
 * to be believed before the queue's lock is held: a key is taken before its job is added.
 *
 * @param stop Asked now and then: whether to give up.
 */
export async function staleKeys(
  store: Store,
  stop: () => boolean = () => false,
): Promise<string[]> {
  if (!store.files.exists(pathIn(store, "unique"))) return [];
  const holders = new Map<string, string>();
  let looked = 0;
  for (const { name, kind } of store.files.list(pathIn(store, "unique"))) {
    if (kind !== "file") continue;
    const holder = readHolder(store, name);
    if (holder !== undefined) holders.set(name, holder);
    if (++looked % SLICE > 0) continue;
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (stop()) return [];
  }
  return stale(store, holders);
}

/**
 * Frees the keys of jobs that are no more.
 *
 * @param names Names in unique/.
 * @returns `false` if the queue's lock is not to be had at once; then nothing was done.
 */
export function freeStaleKeys(store: Store, names: readonly string[]): boolean {
  if (names.length === 0) return true;
  const lock = tryLockQueue(store);
  if (!lock) return false;
  try {
    removeStaleKeys(store, names);
    return true;
  } finally {
    lock.release();
  }
}

/** The same, for who has the queue's lock. */
export function removeStaleKeys(store: Store, names: readonly string[]): void {
  if (names.length === 0) return;
  const holders = new Map<string, string>();
  for (const name of names) {
    const holder = readHolder(store, name);
    if (holder !== undefined) holders.set(name, holder);
  }
  for (const name of stale(store, holders)) removeIfThere(store, pathIn(store, "unique", name));
}

function stale(store: Store, holders: ReadonlyMap<string, string>): string[] {
  const ids = [...holders.values()].filter((id) => ID_PATTERN.test(id));
  const present = presentIds(store, new Set(ids));
  return [...holders].filter(([, id]) => !present.has(id)).map(([name]) => name);
}

/** The ID that a key's file names, perhaps an empty one; `undefined` if the file is gone. */
function readHolder(store: Store, name: string): string | undefined {
  try {
    const text = new TextDecoder().decode(store.files.read(pathIn(store, "unique", name)));
    return text.split("\n", 1)[0]!;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
