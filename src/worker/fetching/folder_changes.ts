/**
 * Whether folders may have changed since they were read. An mtime that stayed the same proves it
 * only if the next change would have another one: not while the clock that made it stands (some
 * file systems count in seconds), and not if that clock is ahead. Now and then the folders are
 * read whatever their mtimes say.
 *
 * @module
 */

import { pathIn, type QueueDirectory, type Store } from "../../store/store.ts";

/** Two changes within this time may have one mtime, in milliseconds. */
export const CLOCK_GRAIN = 2000;

/** What an mtime says is believed for at most this long, in milliseconds. */
export const BELIEVED_FOR = 30_000;

/** What the mtimes of some folders of a queue say. */
export class FolderChanges {
  readonly #store: Store;
  readonly #folders: readonly (QueueDirectory | "")[];
  readonly #steady: () => number;
  readonly #believedFor: number;
  /** The mtimes as the folders were last read. */
  #seen = "";
  /** When these mtimes were first seen, by the steady clock. */
  #since = -Infinity;
  /** When the folders were last read. */
  #read = -Infinity;
  /** Whether a change after the last reading shows in the mtimes. */
  #shows = false;

  /**
   * @param folders Which folders; `""` is the queue's own directory.
   * @param steady A clock that nobody sets, in milliseconds. Default: `performance.now`.
   * @param believedFor For how long to believe their mtimes, in milliseconds.
   */
  constructor(
    store: Store,
    folders: readonly (QueueDirectory | "")[],
    steady: () => number = () => performance.now(),
    believedFor: number = BELIEVED_FOR,
  ) {
    this.#store = store;
    this.#folders = folders;
    this.#steady = steady;
    this.#believedFor = believedFor;
  }

  /** To be called right before the folders are read. */
  reading(): void {
    const times = this.#mtimes();
    this.#read = this.#steady();
    if (times.join() !== this.#seen) this.#since = this.#read;
    this.#seen = times.join();
    // By both clocks, as either may differ from that of the file system.
    this.#shows = this.#read - this.#since >= CLOCK_GRAIN &&
      this.#store.now() - Math.max(...times) >= CLOCK_GRAIN;
  }

  /** Has the folders read again, whatever their mtimes are. */
  forget(): void {
    this.#shows = false;
  }

  /** Whether the folders may have changed since they were last read. */
  mayHaveChanged(): boolean {
    return !this.#shows || this.#steady() - this.#read >= this.#believedFor ||
      this.#mtimes().join() !== this.#seen;
  }

  #mtimes(): number[] {
    const { files } = this.#store;
    return this.#folders.map((folder) =>
      files.stat(folder === "" ? this.#store.dir : pathIn(this.#store, folder), "fresh")?.mtime ?? 0
    );
  }
}
