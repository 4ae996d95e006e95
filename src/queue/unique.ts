/**
 * Jobs of which there is to be only one at a time. `unique/KEY` names the job that has the key; it counts
 * only while that job is neither done nor dead, so a stale one heals itself. Written under the queue's lock,
 * before the job it names is published.
 *
 * @module
 */

import { newId } from "./names.ts";
import { flush, NEW_SUFFIX, pathIn, removeIfThere, type Store } from "./store.ts";
import { findTaken } from "./taken_ids.ts";

/**
 * The file name of a key: the key itself where it is a plain word, else what `encodeURIComponent`
 * makes of it; of a long one a digest.
 */
async function keyName(key: string): Promise<string> {
  const plain = encodeURIComponent(key).replaceAll(".", "%2E");
  if (plain.length <= 150) return plain;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0"));
  return `${plain.slice(0, 60).replace(/%.?$/, "")}-${hex.join("")}`;
}

/**
 * The job that has a key now.
 *
 * @returns Its ID, or `undefined` if no job that is yet to end has the key.
 */
export async function holderOf(store: Store, key: string): Promise<string | undefined> {
  const path = pathIn(store, "unique", await keyName(key));
  if (!store.files.exists(path)) return undefined;
  const [id, waiting] = new TextDecoder().decode(store.files.read(path)).split("\n");
  if (!id) return undefined;
  return isOpen(store, id, waiting) ? id : undefined;
}

/**
 * Whether a job is in the queue and has not ended.
 *
 * @param waiting The name in pending/ that it was published under: of a long backlog that spares the reading.
 */
export function isOpen(store: Store, id: string, waiting: string | undefined): boolean {
  if (waiting && store.files.exists(pathIn(store, "pending", waiting))) return true;
  if (["done", "dead"].some((state) => store.files.exists(`${store.dir}/${state}/${id}.json`))) {
    return false;
  }
  const state = findTaken(store, new Set([id]))?.state;
  return state !== undefined && state !== "done" && state !== "dead";
}

/**
 * Gives a key to a job that is about to be published. The queue's lock must be held.
 *
 * @param waiting The name that the job is to have in pending/.
 */
export async function takeKey(
  store: Store,
  key: string,
  id: string,
  waiting: string,
): Promise<void> {
  try {
    store.files.makeDirectory(pathIn(store, "unique"));
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  const temporary = pathIn(store, "tmp", `unique-${newId()}${NEW_SUFFIX}`);
  const path = pathIn(store, "unique", await keyName(key));
  try {
    store.files.create(temporary, new TextEncoder().encode(`${id}\n${waiting}\n`));
    await flush(store, [temporary]);
    store.files.rename(temporary, path);
  } catch (error) {
    removeIfThere(store, temporary);
    throw error;
  }
  await flush(store, [pathIn(store, "unique"), store.dir]);
}
