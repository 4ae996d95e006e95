/**
 * What jobs read on standard input: `input/ID.in`, for a job whose file says `"stdin": true`.
 *
 * An input lies in one place from before its job is added until after it is removed: it does not
 * follow the job from state to state, so no crash parts the two, and a job without one costs no
 * call. It is never written again, so a job that gets another ID shares it by a link.
 *
 * Its writer holds a lock on it until its job is there. An input without a job and a lock was left
 * by a dead program.
 *
 * @module
 */

import type { FileLock } from "../fs/file_port.ts";
import { refusesLinks } from "../fs/rename_by_link.ts";
import {
  flush,
  ifThere,
  listIfThere,
  lockIfThere,
  makeDirectory,
  pathIn,
  removeIfPossible,
  removeIfThere,
  statEvenIfNew,
  type Store,
  temporaryPath,
} from "../store/store.ts";
import { createLocked, fileAges } from "../store/temporary_files.ts";
import { fileDistrust } from "../store/trust.ts";
import { inputOwner, inputPath, pathsOf } from "./input_paths.ts";
import { presentIds } from "./taken_ids.ts";
import { isUlid } from "../format/ids.ts";

/** How much of an input is in memory at once, in bytes. */
const PIECE = 1024 * 1024;

/**
 * How long an input without a job stays, in milliseconds: people put theirs there before the job.
 */
const STALE_AGE = 3_600_000;

/** Where a job lies that can be removed. A job in a batch has no input. */
const STATES = ["pending", "failed", "done", "dead"] as const;

/** Why a job cannot read its input, as a sentence; `undefined` if it can. */
export function inputFault(store: Store, id: string): string | undefined {
  const stat = statEvenIfNew(store, inputPath(store, id));
  const own = `its input, input/${id}.in,`;
  if (!stat) return `${own} is missing`;
  if (stat.kind !== "file") return `${own} is not a regular file`;
  // A shell may read its commands from it.
  const distrust = fileDistrust(stat, store.owner);
  if (distrust !== undefined) return `${own} is not to be believed: ${distrust}`;
}

/** An input that is on the disk, and whose job is not there yet. */
export class WrittenInput {
  readonly #store: Store;
  readonly #mark: FileLock;
  #path: string | undefined;

  /**
   * @param path Where it lies now.
   * @param mark Shows others that its writer lives.
   */
  constructor(store: Store, path: string, mark: FileLock) {
    this.#store = store;
    this.#path = path;
    this.#mark = mark;
  }

  /** Gives it its place, durably: to be called before its job is added. */
  async place(id: string): Promise<void> {
    const store = this.#store;
    const folder = pathIn(store, "input");
    makeDirectory(store, folder);
    const path = inputPath(store, id);
    // Whoever is about to remove a dead program's input must not remove this one in its place.
    const isTaken = statEvenIfNew(store, path)?.kind === "file";
    const stale = isTaken ? await lockStale(store, path) : undefined;
    try {
      // A power cut must not bring back the old input's job: it would read this one.
      if (isTaken) await flush(store, STATES.map((state) => pathIn(store, state)));
      store.files.rename(this.#path!, path);
      this.#path = path;
    } finally {
      stale?.release();
    }
    // Another program may have made the folder, and not flushed it.
    await flush(store, [folder, store.dir]);
  }

  /** Its job is there: it stays. */
  keep(): void {
    this.#path = undefined;
    this.#mark.release();
  }

  /** Removes it, unless it is kept. */
  discard(): void {
    if (this.#path !== undefined) removeIfPossible(this.#store, this.#path);
    this.keep();
  }
}

async function lockStale(store: Store, path: string): Promise<FileLock | undefined> {
  try {
    return await store.files.lock(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * Writes an input to tmp/ and flushes it, with no more than 1 MiB of it in memory.
 *
 * @param signal Aborted: nothing is left, and its reason is thrown.
 * @param most How much is written at once, in bytes; less for tests.
 * @returns `undefined` if the source is empty: a command reads the same from /dev/null.
 * @throws Whatever the source or the disk throws; then nothing is left.
 */
export async function writeInput(
  store: Store,
  source: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
  most: number = PIECE,
): Promise<WrittenInput | undefined> {
  const path = temporaryPath(store);
  let mark: FileLock | undefined;
  let isBegun = false;
  try {
    for await (const piece of inPieces(source, most)) {
      signal?.throwIfAborted();
      if (isBegun) {
        store.files.append(path, piece);
        continue;
      }
      isBegun = true;
      mark = createLocked(store, path, piece);
    }
    signal?.throwIfAborted();
    if (!mark) return undefined;
    await flush(store, [path]);
    signal?.throwIfAborted();
    return new WrittenInput(store, path, mark);
  } catch (error) {
    if (isBegun) removeIfPossible(store, path);
    mark?.release();
    throw error;
  }
}

/**
 * The same bytes in pieces of one size, the last one shorter. A piece is valid until the next is
 * asked for.
 */
async function* inPieces(
  source: AsyncIterable<Uint8Array>,
  most: number,
): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(most);
  let size = 0;
  for await (const bytes of source) {
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + most - size);
      piece.set(part, size);
      at += part.length;
      size += part.length;
      if (size < most) continue;
      yield piece;
      size = 0;
    }
  }
  if (size > 0) yield piece.subarray(0, size);
}

/**
 * Gives an input a second name, if there is one: to be called before its job gets another ID. Each
 * name goes with its own job.
 *
 * @returns To be disposed of once the job has that ID: until then the new name has no job, and is
 * locked.
 */
export async function shareInput(store: Store, from: string, to: string): Promise<Disposable> {
  const source = inputPath(store, from);
  if (statEvenIfNew(store, source)?.kind !== "file") return { [Symbol.dispose]() {} };
  const lock = lockIfAllowed(store, source);
  try {
    if (linkIfPossible(store, source, inputPath(store, to))) {
      await flush(store, [pathIn(store, "input")]);
    }
  } catch (error) {
    lock?.release();
    throw error;
  }
  return { [Symbol.dispose]: () => lock?.release() };
}

/**
 * Another user's may not be opened: no reason to keep a job from being run, or its end from being
 * recorded.
 */
function lockIfAllowed(store: Store, path: string): FileLock | undefined {
  try {
    return lockIfThere(store, path);
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return undefined;
    throw error;
  }
}

/** Where there are no links, the job under its new ID is reported to lack its input. */
function linkIfPossible(store: Store, from: string, to: string): boolean {
  try {
    return ifThere(() => (store.files.link(from, to), true)) ?? false;
  } catch (error) {
    if (refusesLinks(error)) return false;
    throw error;
  }
}

/** Those of some jobs that have something in input/, other than a directory. */
export function withInput(store: Store, ids: readonly string[]): string[] {
  if (ids.length === 0 || !store.files.exists(pathIn(store, "input"))) return [];
  return ids.filter((id) => removablePaths(store, id).length > 0);
}

/** What a job has in input/. A directory is none of it, and must not keep the rest from going. */
function removablePaths(store: Store, id: string): string[] {
  return pathsOf(store, id).filter((path) => {
    const kind = store.files.stat(path)?.kind;
    return kind !== undefined && kind !== "directory";
  });
}

/**
 * Removes the inputs of jobs whose removal is durable: a power cut must not bring back a job
 * without its input. The queue's lock must be held, so that nobody chooses one of these IDs
 * meanwhile.
 */
export async function removeInputs(store: Store, ids: readonly string[]): Promise<void> {
  const left = withInput(store, ids);
  if (left.length === 0) return;
  // Another job of the same ID may have been put there by hand.
  const present = presentIds(store, new Set(left));
  await unlinkInputs(store, left.filter((id) => !present.has(id)));
}

/** As {@linkcode removeInputs}, for random IDs alone, which no other job has: it needs no lock. */
export async function removeOwnInputs(store: Store, ids: readonly string[]): Promise<void> {
  await unlinkInputs(store, withInput(store, ids.filter(isUlid)));
}

async function unlinkInputs(store: Store, ids: readonly string[]): Promise<void> {
  const results = await store.files.removeEach(ids.flatMap((id) => removablePaths(store, id)));
  const refused = results.find((result) => result instanceof Error);
  if (refused) throw refused;
}

/** The missing jobs whose inputs are left, unchanged for an hour. */
export function staleInputs(store: Store): string[] {
  const folder = pathIn(store, "input");
  if (store.files.stat(folder)?.kind !== "directory") return [];
  const old = new Set<string>();
  const ageOf = fileAges(store);
  for (const { name, kind } of listIfThere(store, folder)) {
    const id = inputOwner(name);
    if (kind !== "file" || id === undefined) continue;
    const mtime = store.files.stat(`${folder}/${name}`)?.mtime;
    if (mtime !== undefined && ageOf(mtime) >= STALE_AGE) old.add(id);
  }
  return [...old.difference(presentIds(store, old))];
}

/** Removes the input of a missing job, unless the job is just being added. */
export function removeStaleInput(store: Store, id: string): void {
  const path = inputPath(store, id);
  using lock = lockIfThere(store, path);
  // Another holds the lock, or there are only notes of times, which nobody locks.
  if (!lock && store.files.exists(path)) return;
  if (presentIds(store, new Set([id])).size > 0) return;
  for (const each of removablePaths(store, id)) removeIfThere(store, each);
}

/** Removes every input that a dead program left. */
export function removeStaleInputs(store: Store): void {
  for (const id of staleInputs(store)) removeStaleInput(store, id);
}
