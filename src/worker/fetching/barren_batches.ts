/**
 * Folders in pending/ that are named like a batch, hold no job for this worker and cannot be
 * removed: each is read again only when it has changed.
 *
 * @module
 */

import { pathIn, type Store } from "../../store/store.ts";
import { BELIEVED_FOR } from "./folder_changes.ts";

/** The barren folders that a finder knows. */
export class BarrenBatches {
  readonly #store: Store;
  readonly #steady: () => number;
  readonly #seen = new Map<string, { changed: number; opened: number }>();

  /** @param steady A clock that nobody sets, in milliseconds. */
  constructor(store: Store, steady: () => number) {
    this.#store = store;
    this.#steady = steady;
  }

  /** When a folder last changed, in milliseconds since 1970; 0 if it is gone. */
  changedAt(batch: string): number {
    return this.#store.files.stat(pathIn(this.#store, "pending", batch), "fresh")?.mtime ?? 0;
  }

  /** Notes a folder that held no job when it had changed at this time. */
  add(batch: string, changed: number): void {
    this.#seen.set(batch, { changed, opened: this.#steady() });
  }

  /** Whether a folder held no job, and has not changed since. */
  has(batch: string): boolean {
    const barren = this.#seen.get(batch);
    if (!barren) return false;
    const isFresh = this.#steady() - barren.opened < BELIEVED_FOR;
    if (isFresh && barren.changed === this.changedAt(batch)) return true;
    this.#seen.delete(batch);
    return false;
  }
}
