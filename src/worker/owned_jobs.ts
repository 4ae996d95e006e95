/**
 * Which jobs a worker has in hand, by ID: from the moment when it tries to claim one until that one is
 * settled.
 *
 * @module
 */

import type { IndexEntry } from "./fetching/ready_index.ts";

/** The IDs in hand. No two jobs of one ID are in hand at once. */
export class OwnedJobs {
  readonly #ids = new Set<string>();
  /** Those of them that were cancelled, perhaps before their command was started. */
  readonly #cancelled = new Set<string>();
  /** Entries whose ID is in hand already. */
  #deferred: IndexEntry[] = [];

  /** Takes an ID in hand. */
  add(id: string): void {
    this.#ids.add(id);
  }

  /** Whether an ID is in hand. */
  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Remembers that a job is to be cancelled, if it is in hand. */
  cancel(id: string): void {
    if (this.#ids.has(id)) this.#cancelled.add(id);
  }

  /** Whether a job in hand is to be cancelled. */
  isCancelled(id: string): boolean {
    return this.#cancelled.has(id);
  }

  /** Keeps an entry until its ID is free: its last attempt is not settled yet, or two files have one ID. */
  defer(entry: IndexEntry): void {
    this.#deferred.push(entry);
  }

  /**
   * Lets go of an ID.
   *
   * @returns The entries that waited for it.
   */
  release(id: string): IndexEntry[] {
    this.#ids.delete(id);
    this.#cancelled.delete(id);
    if (this.#deferred.length === 0) return [];
    const freed = this.#deferred.filter((entry) => entry.id === id);
    if (freed.length > 0) this.#deferred = this.#deferred.filter((entry) => entry.id !== id);
    return freed;
  }
}
