/**
 * Jobs of which there is to be only one at a time. `unique/KEY` names the job that has the key; it counts
 * only while that job is in the queue, is neither done nor dead, and says itself that it has the key: so a stale one
 * heals itself. Read and written under the queue's lock, before the job it names is published.
 *
 * @module
 */

import { QueueError } from "../text/errors.ts";
import { entryAt, readEntry } from "../contents/entries.ts";
import type { Job } from "../format/job.ts";
import { matchingEntries } from "../contents/listing.ts";
import { newId } from "../format/ids.ts";
import { ID_PATTERN, parseEntryName } from "../format/names.ts";
import { flush, NEW_SUFFIX, pathIn, removeIfThere, type Store } from "../store/store.ts";
import { findTaken } from "../contents/taken_ids.ts";

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
 * The job that has a key now. The queue's lock must be held.
 *
 * @returns Its ID, or `undefined` if no job that is yet to end has the key.
 */
export async function holderOf(store: Store, key: string): Promise<string | undefined> {
  let content: Uint8Array;
  try {
    content = store.files.read(pathIn(store, "unique", await keyName(key)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    const path = pathIn(store, "unique", await keyName(key));
    if ((store.files.stat(path)?.kind ?? "file") === "file") throw error;
    throw new QueueError(
      `${path} is not a regular file, so nothing tells who has the key; ` +
        "queuectl doctor --repair moves it aside",
    );
  }
  const [id, name] = new TextDecoder().decode(content).split("\n");
  if (!id || !ID_PATTERN.test(id)) return undefined;
  // A path is made of it, so it must be the name of a job's file: of this job's.
  const waiting = name && parseEntryName(name)?.id === id ? name : undefined;
  if (!isOpen(store, id, waiting)) return undefined;
  // The job that took the key may be gone, and another, which did not, have been given its ID. One that moves away as
  // we read it is the job that was open just now.
  const job = jobOf(store, id, waiting);
  return job && job.unique !== key ? undefined : id;
}

/** A job, looked for first where it was published: of a long backlog that spares the reading. */
function jobOf(store: Store, id: string, waiting: string | undefined): Job | undefined {
  if (waiting) {
    const job = readEntry(store, entryAt("pending", waiting));
    if (job) return job;
  }
  const entry = matchingEntries(store, id).find((match) => match.id === id);
  return entry && readEntry(store, entry);
}

/**
 * Whether a job is in the queue and has not ended.
 *
 * @param waiting The name in pending/ that it was published under: of a long backlog that spares the reading.
 */
export function isOpen(store: Store, id: string, waiting: string | undefined): boolean {
  // A job that moves is met all the same: it leaves done/ and dead/ only by hand or by a requeue, which holds the
  // lock, and all other moves are followed by the last look.
  if (waiting && store.files.exists(pathIn(store, "pending", waiting))) return true;
  if (["done", "dead"].some((state) => store.files.exists(`${store.dir}/${state}/${id}.json`))) {
    return false;
  }
  const state = findTaken(store, new Set([id]))?.state;
  return state !== undefined && state !== "done" && state !== "dead";
}

/** A job that is to have a key. */
export interface KeyTaker {
  /** The key. */
  key: string;
  /** The job's ID. */
  id: string;
  /** The name that it is to have in pending/. */
  waiting: string;
}

/**
 * Gives keys to jobs that are about to be published, with two flushes for all of them. The queue's lock must be held.
 *
 * @param takers The jobs, no two of them with one key.
 */
export async function takeKeys(store: Store, takers: readonly KeyTaker[]): Promise<void> {
  if (takers.length === 0) return;
  try {
    store.files.makeDirectory(pathIn(store, "unique"));
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
  const written: string[] = [];
  try {
    for (const { id, waiting } of takers) {
      const temporary = pathIn(store, "tmp", `unique-${newId()}${NEW_SUFFIX}`);
      // Noted before it is written: what the disk had no room for is there in part.
      written.push(temporary);
      store.files.create(temporary, new TextEncoder().encode(`${id}\n${waiting}\n`));
    }
    await flush(store, written);
    for (const [index, { key }] of takers.entries()) {
      store.files.rename(written[index]!, pathIn(store, "unique", await keyName(key)));
    }
  } catch (error) {
    for (const temporary of written) removeIfThere(store, temporary);
    throw error;
  }
  await flush(store, [pathIn(store, "unique"), store.dir]);
}

/** Frees the key of a job that has been removed, unless another has it by now. The queue's lock must be held. */
export async function forgetKey(store: Store, key: string, id: string): Promise<void> {
  const path = pathIn(store, "unique", await keyName(key));
  // What is no file names no holder.
  if (store.files.stat(path)?.kind !== "file") return;
  const [holder] = new TextDecoder().decode(store.files.read(path)).split("\n");
  if (holder === id) removeIfThere(store, path);
}
