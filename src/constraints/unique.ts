/**
 * Unique keys: of the jobs with one key only one waits or runs at a time. `unique/KEY` names the
 * job that has the key. It counts only while that job is in the queue, is neither done nor dead,
 * and says itself that it has the key: so a stale one heals itself. Read and written under the
 * queue's lock, before the job it names is published.
 *
 * @module
 */

import { endOf, entryAt, entryPath, readEntry } from "../contents/entries.ts";
import { matchingEntries } from "../contents/listing.ts";
import { openIds, presentIds } from "../contents/taken_ids.ts";
import type { Job } from "../format/job.ts";
import { ID_PATTERN, parseEntryName } from "../format/names.ts";
import { tryLockQueue } from "../store/queue_lock.ts";
import {
  flush,
  listIfThere,
  makeDirectory,
  pathIn,
  readIfThere,
  removeIfThere,
  type Store,
  temporaryPath,
} from "../store/store.ts";
import { QueueError } from "../text/errors.ts";

/** How many keys are read before other work has a turn. */
const SLICE = 200;

/**
 * The name of a key's file: the key where it is a plain word, else percent-encoded; a long one ends
 * in a digest.
 */
export async function keyFile(key: string): Promise<string> {
  const plain = encodeURIComponent(key).replaceAll(".", "%2E");
  if (plain.length <= 150) return plain;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  const hex = new Uint8Array(digest).toHex();
  return `${plain.slice(0, 60).replace(/%.?$/, "")}-${hex}`;
}

async function keyPath(store: Store, key: string): Promise<string> {
  return pathIn(store, "unique", await keyFile(key));
}

/** What a key's file says. */
export function keyContent({ id, waiting }: Pick<KeyTaker, "id" | "waiting">): string {
  return `${id}\n${waiting}\n`;
}

/** What a key's file says: the ID of the job that has it, and its name in pending/. */
function readKey(store: Store, path: string): string[] | undefined {
  const content = readIfThere(store, path);
  return content && new TextDecoder().decode(content).split("\n");
}

/**
 * The ID of the job that has a key and has not ended. The queue's lock must be held.
 *
 * @throws {QueueError} If something that is no file lies in the key's place.
 */
export async function holderOf(store: Store, key: string): Promise<string | undefined> {
  const path = await keyPath(store, key);
  // Another machine may have given the key to another job.
  if (!store.files.exists(path, "fresh")) return undefined;
  if ((store.files.stat(path)?.kind ?? "file") !== "file") {
    throw new QueueError(
      `cannot read who has the key "${key}": ${path} is not a regular file; ` +
        "queuectl doctor --repair moves it aside",
    );
  }
  const [id, name] = readKey(store, path) ?? [];
  if (!id || !ID_PATTERN.test(id)) return undefined;
  // A path is made of it, so it must be the name of this job's file.
  const waiting = name && parseEntryName(name)?.id === id ? name : undefined;
  if (!isOpen(store, id, waiting)) return undefined;
  // The ID may since have been reused by a job without this key. A job that moves away while it is
  // read is the one that was open just now.
  const job = readOpenJob(store, id, waiting);
  return job && job.unique !== key ? undefined : id;
}

function readOpenJob(store: Store, id: string, waiting: string | undefined): Job | undefined {
  const job = waiting && readEntry(store, entryAt("pending", waiting));
  if (job) return job;
  const entry = matchingEntries(store, id).find((match) => match.id === id);
  // What is remembered of the name may be another file, without the key.
  return entry && store.files.exists(entryPath(store, entry), "fresh")
    ? readEntry(store, entry)
    : undefined;
}

/**
 * Whether a job is in the queue and has not ended.
 *
 * @param waiting Its first name in pending/: looked for first, which spares the reading of a long
 * backlog.
 */
export function isOpen(store: Store, id: string, waiting: string | undefined): boolean {
  // No move hides a job: it leaves done/ and dead/ only by hand or by a requeue, which holds the
  // lock.
  if (waiting && store.files.exists(pathIn(store, "pending", waiting), "fresh")) return true;
  return endOf(store, id) === undefined && openIds(store, [id]).size > 0;
}

/** A job that is to have a key. */
export interface KeyTaker {
  /** The key. */
  key: string;
  /** The job's ID. */
  id: string;
  /** The name that it is about to have in pending/. */
  waiting: string;
}

/**
 * Gives keys to jobs that are about to be published, with two flushes for all. The queue's lock
 * must be held.
 *
 * @param takers The jobs, no two of them with one key.
 */
export async function takeKeys(store: Store, takers: readonly KeyTaker[]): Promise<void> {
  if (takers.length === 0) return;
  makeDirectory(store, pathIn(store, "unique"));
  const written: string[] = [];
  try {
    for (const { id, waiting } of takers) {
      const temporary = temporaryPath(store, "unique-");
      // Noted before it is written: a full disk can leave part of it.
      written.push(temporary);
      store.files.create(temporary, new TextEncoder().encode(keyContent({ id, waiting })));
    }
    await flush(store, written);
    for (const [index, { key }] of takers.entries()) {
      store.files.rename(written[index]!, await keyPath(store, key));
    }
  } catch (error) {
    for (const temporary of written) removeIfThere(store, temporary);
    throw error;
  }
  await flush(store, [pathIn(store, "unique"), store.dir]);
}

/** Frees the key of a removed job, unless another has it by now. The queue's lock must be held. */
export async function forgetKey(store: Store, key: string, id: string): Promise<void> {
  const path = await keyPath(store, key);
  // Something that is no file names no job.
  if (!store.files.exists(path, "fresh") || store.files.stat(path)?.kind !== "file") return;
  if (readKey(store, path)?.[0] === id) removeIfThere(store, path);
}

/**
 * The names in unique/ of keys whose job was removed, or never added because the program died. Look
 * again under the queue's lock before you believe them: a key is taken before its job is added.
 *
 * @param stop Asked now and then: whether to give up.
 */
export async function staleKeys(
  store: Store,
  stop: () => boolean = () => false,
): Promise<string[]> {
  const holders = new Map<string, string>();
  let looked = 0;
  for (const { name, kind } of listIfThere(store, pathIn(store, "unique"))) {
    if (kind === "file") noteHolder(store, name, holders);
    if (++looked % SLICE > 0) continue;
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (stop()) return [];
  }
  return staleAmong(store, holders);
}

/**
 * Frees the keys of missing jobs.
 *
 * @param names Names in unique/.
 * @returns `false` if another holds the queue's lock; then nothing was done.
 */
export function freeStaleKeys(store: Store, names: readonly string[]): boolean {
  if (names.length === 0) return true;
  using lock = tryLockQueue(store);
  if (lock) removeStaleKeys(store, names);
  return lock !== undefined;
}

/** As {@linkcode freeStaleKeys}, for a caller that holds the queue's lock. */
export function removeStaleKeys(store: Store, names: readonly string[]): void {
  const holders = new Map<string, string>();
  for (const name of names) {
    // Another machine may have given the key to another job.
    if (store.files.exists(pathIn(store, "unique", name), "fresh")) {
      noteHolder(store, name, holders);
    }
  }
  for (const name of staleAmong(store, holders)) {
    removeIfThere(store, pathIn(store, "unique", name));
  }
}

function noteHolder(store: Store, name: string, holders: Map<string, string>): void {
  const id = readKey(store, pathIn(store, "unique", name))?.[0];
  if (id !== undefined) holders.set(name, id);
}

function staleAmong(store: Store, holders: ReadonlyMap<string, string>): string[] {
  const ids = [...holders.values()].filter((id) => ID_PATTERN.test(id));
  const present = presentIds(store, new Set(ids));
  return [...holders].filter(([, id]) => !present.has(id)).map(([name]) => name);
}
