/**
 * A worker's sign of life, where other machines may take its jobs: once a second it takes its own
 * lock again and sets the mtime of its presence file. If it cannot for as long as the setting
 * `fence_after` says, its fence ends its commands. On a local disk there is neither: the kernel
 * keeps the lock for as long as the worker lives.
 *
 * @module
 */

import type { Presence } from "../contents/presence.ts";
import { Fence } from "../process/fence.ts";
import type { Store } from "../store/store.ts";
import { endOrphans } from "./maintenance/orphans.ts";

/** How often, in milliseconds. */
const BEAT_EVERY = 1000;

/** How often to look for what a dead worker's commands left, in milliseconds. */
const SEARCH_EVERY = 60_000;

/** While nothing runs, at each so many beats it looks whether the presence is still there. */
const LOOK_EVERY_IDLE = 8;

/** What a {@linkcode Pulse} reports. */
export interface PulseEvents {
  /** The worker no longer has its presence, and so no longer its jobs. */
  lost(): void;
  /** Something failed. */
  trouble(error: unknown): void;
}

/** What a {@linkcode Pulse} works with. */
export interface PulseOptions extends PulseEvents {
  readonly store: Store;
  readonly presence: Presence;
  /** When the presence was about to be made, as `performance.now()` gives it. */
  readonly since: number;
}

/** A worker's sign of life. */
export class Pulse {
  /** What ends the worker's commands; missing on a local disk. */
  readonly fence: Fence | undefined;
  /** The worker's presence. */
  readonly presence: Presence;
  readonly #options: PulseOptions;
  /** When the last beat that succeeded began. */
  #last: number;
  #isLost = false;
  #beats = 0;
  #nextSearch = -Infinity;
  #searching: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Begins to beat, unless the queue is on a disk of this machine. */
  constructor(options: PulseOptions) {
    this.#options = options;
    this.presence = options.presence;
    this.#last = options.since;
    const { store: { files, dir }, presence: { name: worker }, trouble } = options;
    if (files.isLocal(dir)) return;
    const left = () => this.#left();
    this.fence = new Fence({ worker, left, trouble: (message) => trouble(new Error(message)) });
    this.#beatLater();
  }

  /** For how many seconds the worker has its presence without a further sign. */
  #left(): number {
    const since = performance.now() - this.#last;
    return this.#options.store.config.fence_after - since / 1000;
  }

  /**
   * Whether the worker may claim. If no beat came for two seconds, as the file system hung say, it
   * beats first: others may have taken it for dead meanwhile.
   */
  mayClaim(): boolean {
    const isLate = performance.now() - this.#last > 2 * BEAT_EVERY;
    if (this.fence && isLate && !this.#isLost) this.#beat();
    return !this.#isLost;
  }

  #beatLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#beat(), BEAT_EVERY);
  }

  #beat(): void {
    this.#beatLater();
    const begun = performance.now();
    try {
      if (this.presence.beat(this.#mustLook(begun))) {
        this.#last = begun;
        this.fence?.beat();
        this.#lookForOrphans(begun);
      } else {
        this.#isLost = true;
        this.close();
        this.#options.lost();
      }
    } catch (error) {
      // Nothing is known; the fence waits for the next.
      this.#options.trouble(error);
    }
  }

  /** Whether to look if others have declared the worker dead: rarely if it runs nothing. */
  #mustLook(now: number): boolean {
    const isLate = now - this.#last > 2 * BEAT_EVERY;
    return isLate || !this.fence?.isIdle || ++this.#beats % LOOK_EVERY_IDLE === 0;
  }

  #lookForOrphans(now: number): void {
    if (now < this.#nextSearch) return;
    this.#nextSearch = now + SEARCH_EVERY;
    this.#searching = endOrphans(this.#options.store).catch(this.#options.trouble);
  }

  /** Beats no more. */
  close(): void {
    clearTimeout(this.#timer);
  }

  /** Takes the fence away, once nothing is left to end. */
  async leave(): Promise<void> {
    await this.#searching;
    await this.fence?.leave();
  }
}
