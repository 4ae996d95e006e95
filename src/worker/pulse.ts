/**
 * A worker's sign of life, where other machines may take its jobs: once a second it takes its own
 * lock again and sets the mtime of its presence file. If it cannot for as long as the setting
 * `fence_after` says, its fence ends its commands. On a local disk there is neither: the kernel
 * keeps the lock for as long as the worker lives.
 *
 * A chain of calls of the file system keeps the event loop, and so the next beat, waiting. So the
 * worker also beats between two of these calls, once the last beat is two seconds old; what follows
 * from such a beat still waits for the event loop.
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

/** After how long, in milliseconds, a beat no longer waits for the event loop. */
const LATE = 2 * BEAT_EVERY;

/** While nothing runs, at each so many beats it looks whether the presence is still there. */
const LOOK_EVERY_IDLE = 8;

/** What a {@linkcode Pulse} reports, never from within a call of the file system. */
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
  /** When the presence was about to be made, as the clock gives it. */
  readonly since: number;
  /** Milliseconds that nobody can set. Default: `performance.now`. */
  readonly clock?: () => number;
}

/** A worker's sign of life. */
export class Pulse {
  /** What ends the worker's commands; missing on a local disk. */
  readonly fence: Fence | undefined;
  /** The worker's presence. */
  readonly presence: Presence;
  readonly #options: PulseOptions;
  readonly #clock: () => number;
  /** When the last beat that succeeded began. */
  #last: number;
  /** When the last beat began. */
  #begun: number;
  #isBeating = false;
  #isClosed = false;
  #isLost = false;
  #beats = 0;
  #nextSearch = -Infinity;
  #searching: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Begins to beat, unless the queue is on a disk of this machine. */
  constructor(options: PulseOptions) {
    this.#options = options;
    this.presence = options.presence;
    this.#clock = options.clock ?? (() => performance.now());
    this.#last = this.#begun = options.since;
    const { store: { files, dir }, presence: { name: worker }, trouble } = options;
    if (files.isLocal(dir)) return;
    const left = () => this.#left();
    this.fence = new Fence({ worker, left, trouble: (message) => trouble(new Error(message)) });
    this.#beatLater();
  }

  /** For how many seconds the worker has its presence without a further sign. */
  #left(): number {
    return this.#options.store.config.fence_after - (this.#clock() - this.#last) / 1000;
  }

  /**
   * Whether the worker may claim. If no beat came for two seconds, as the file system hung say, it
   * beats first: others may have taken it for dead meanwhile.
   */
  mayClaim(): boolean {
    if (this.fence && !this.#isLost && this.#clock() - this.#last > LATE) this.#beat();
    return !this.#isLost;
  }

  /** A call of the file system has returned: beats, if the last beat is too old. */
  answered(): void {
    if (this.#isBeating || this.#isClosed || this.#clock() - this.#begun <= LATE) return;
    if (this.fence) this.#beat();
  }

  #beatLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#beat()) this.#lookForOrphans();
    }, BEAT_EVERY);
  }

  /** Whether the file system has answered that the worker still has its presence. */
  #beat(): boolean {
    this.#beatLater();
    const begun = this.#begun = this.#clock();
    this.#isBeating = true;
    try {
      if (this.presence.beat(this.#mustLook(begun))) {
        this.#last = begun;
        this.fence?.beat();
        return true;
      }
      this.#isLost = true;
      this.close();
      setTimeout(() => this.#options.lost());
    } catch (error) {
      // Nothing is known; the fence waits for the next.
      setTimeout(() => this.#options.trouble(error));
    } finally {
      this.#isBeating = false;
    }
    return false;
  }

  /** Whether to look if others have declared the worker dead: rarely if it runs nothing. */
  #mustLook(now: number): boolean {
    const isLate = now - this.#last > LATE;
    return isLate || !this.fence?.isIdle || ++this.#beats % LOOK_EVERY_IDLE === 0;
  }

  #lookForOrphans(): void {
    const now = this.#clock();
    if (now < this.#nextSearch) return;
    this.#nextSearch = now + SEARCH_EVERY;
    this.#searching = endOrphans(this.#options.store).catch(this.#options.trouble);
  }

  /** Beats no more. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /** Takes the fence away, once nothing is left to end. */
  async leave(): Promise<void> {
    await this.#searching;
    await this.fence?.leave();
  }
}
