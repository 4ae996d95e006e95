/**
 * Jobs of which there is to be only one at a time. `unique/KEY` names the job that has the key; it counts
 * only while that job is neither done nor dead, so a stale one heals itself. Written under the queue's lock,
 * before the job it names is published.
 *
 * @module
 */

import { entries } from "./entries.ts";
import { newId } from "./names.ts";
import { flush, NEW_SUFFIX, pathIn, type Store } from "./store.ts";

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
  // Where it was published is asked first: of a long backlog that spares the reading.
  if (waiting && store.files.exists(pathIn(store, "pending", waiting))) return id;
  if (["done", "dead"].some((state) => store.files.exists(`${store.dir}/${state}/${id}.json`))) {
    return undefined;
  }
  for (const state of ["processing", "failed", "pending", "processing"] as const) {
    for (const entry of entries(store, state)) if (entry.id === id) return id;
  }
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
  store.files.create(temporary, new TextEncoder().encode(`${id}\n${waiting}\n`));
  await flush(store, [temporary]);
  store.files.rename(temporary, pathIn(store, "unique", await keyName(key)));
  await flush(store, [pathIn(store, "unique"), store.dir]);
}
