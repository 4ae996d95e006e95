/**
 * A worker's sign of life, where other machines may take its jobs: once a second it takes its own
 * lock again and sets the mtime of its presence file. On a local disk there is none: the kernel
 * keeps the lock for as long as the worker lives.
 *
 * @module
 */

import type { Presence } from "../contents/presence.ts";
import type { Store } from "../store/store.ts";

/** How often, in milliseconds. */
const BEAT_EVERY = 1000;

/** What a {@linkcode Pulse} works with. */
export interface PulseOptions {
  readonly store: Store;
  readonly presence: Presence;
  /** Called when the worker no longer has its presence, and so no longer its jobs. */
  lost(): void;
  /** Told what failed. */
  trouble(error: unknown): void;
}

/** A worker's sign of life. */
export class Pulse {
  readonly #options: PulseOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Begins to beat, unless the queue is on a disk of this machine. */
  constructor(options: PulseOptions) {
    this.#options = options;
    const { files, dir } = options.store;
    if (!files.isLocal(dir)) this.#beatLater();
  }

  #beatLater(): void {
    this.#timer = setTimeout(() => this.#beat(), BEAT_EVERY);
  }

  #beat(): void {
    this.#beatLater();
    try {
      if (this.#options.presence.beat()) return;
      this.close();
      this.#options.lost();
    } catch (error) {
      this.#options.trouble(error);
    }
  }

  /** Beats no more. */
  close(): void {
    clearTimeout(this.#timer);
  }
}
