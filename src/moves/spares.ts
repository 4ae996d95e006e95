/**
 * Files to write over. A settled job's old file is not removed but kept for the next job's new content: to
 * make a file and remove another for each job costs a disk more than all other steps of a settle together,
 * and some file systems pass over each inode that was freed in the last minutes whenever they look for
 * a free one.
 *
 * What is in a spare means nothing, and it must never be met under a name that means something. So a file
 * becomes one only once its job lies elsewhere, durably; and is written over only once tmp/ has been flushed
 * since it got its name there, so that no power cut brings back an older one.
 *
 * @module
 */

import { pathIn, removeIfThere, type Store } from "../store/store.ts";

/** How many are kept: as many as two groups of a busy worker need. */
const MOST_SPARES = 64;

/** The spares of one worker: `tmp/NUMBER@WORKER.spare`. */
export class Spares {
  readonly #store: Store;
  readonly #worker: string;
  /** May be written over. */
  readonly #ready: string[] = [];
  /** May be written over when tmp/ has been flushed once more. */
  readonly #fresh: string[] = [];
  #made = 0;

  /** @param worker Whose they are; its lock must be held. */
  constructor(store: Store, worker: string) {
    this.#store = store;
    this.#worker = worker;
  }

  /** Whether there are none. */
  get none(): boolean {
    return this.#ready.length + this.#fresh.length === 0;
  }

  /** Paths for up to so many more; fewer if there are enough. */
  newPaths(count: number): string[] {
    const room = MOST_SPARES - this.#ready.length - this.#fresh.length;
    return Array.from(
      { length: Math.min(count, room) },
      () => pathIn(this.#store, "tmp", `${this.#made++}@${this.#worker}.spare`),
    );
  }

  /** Takes in a file that has been given one of {@linkcode Spares.newPaths}, when its job is durable elsewhere. */
  add(path: string): void {
    this.#fresh.push(path);
  }

  /** To be called when tmp/ has been flushed. */
  flushed(): void {
    this.#ready.push(...this.#fresh.splice(0));
  }

  /**
   * Writes content over a spare, unflushed.
   *
   * @returns Its path, or `undefined` if there is none that can be written over.
   */
  write(content: Uint8Array): string | undefined {
    for (let path; (path = this.#ready.pop()) !== undefined;) {
      try {
        if (this.#store.files.overwrite(path, content)) return path;
        // Someone else has a name for it too, a backup made of links say: that keeps what it had.
        removeIfThere(this.#store, path);
      } catch {
        // The disk refuses, and will say so to whoever makes a new file instead.
        discard(this.#store, path);
      }
    }
  }

  /** Removes them all, as far as the disk lets us. */
  async drop(): Promise<void> {
    await this.#store.files.removeEach([...this.#ready.splice(0), ...this.#fresh.splice(0)]);
  }
}

/** Has a file written over when it is needed next; removes it if none are kept. Its job must be durable elsewhere. */
export function keepSpare(store: Store, path: string, spares: Spares | undefined): void {
  if (spares) spares.add(path);
  else discard(store, path);
}

/** Removes a spare; one that the disk does not let go of lies there until its worker is recovered. */
function discard(store: Store, path: string): void {
  try {
    removeIfThere(store, path);
  } catch {
    // It means nothing where it lies.
  }
}

/** Whose spare a name in tmp/ is; `undefined` for another name. */
export function spareOwner(name: string): string | undefined {
  return /^\d+@([a-z0-9-]+)\.spare$/.exec(name)?.[1];
}

/** Removes the spares of a dead worker, whose lock must be held. */
export function removeSpares(store: Store, worker: string): void {
  for (const { name } of [...store.files.list(pathIn(store, "tmp"))]) {
    if (spareOwner(name) === worker) removeIfThere(store, pathIn(store, "tmp", name));
  }
}
