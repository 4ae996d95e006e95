/**
 * When a worker looks around for what no event reports. On a local disk events report everything,
 * and it looks at all each `poll_interval`, to be safe. Where machines share the file system it
 * listens for the ring, the more often the shorter ago the last one was; for jobs that were dropped
 * in silence it looks at pending/ each `poll_interval`, and at the rest less often.
 *
 * @module
 */

import { RingListener } from "../store/ring.ts";
import type { Store } from "../store/store.ts";
import type { Parts } from "./arrival.ts";
import { FolderChanges } from "./fetching/folder_changes.ts";
import type { WorkerOptions } from "./options.ts";

/** Bounds of the time between two looks for the ring, in milliseconds. */
const SOONEST = 100, LATEST = 1000;

/** The time between two looks for the ring, as a share of the time since the last one. */
const SHARE_OF_SILENCE = 0.05;

/**
 * For how long after a ring a worker looks at all, and how often, in milliseconds: at the first
 * look its machine may yet remember names, for a second mostly.
 */
const ALL_FOR = 2500, ALL_AGAIN = 1000;

/** At each so many polls a worker looks whether the rest has changed, and at all there is. */
const REST_EVERY = 10, ALL_EVERY = 120;

/** Where settings, `paused` and schedules lie, requests to workers, and others' retries. */
const REST = ["", "workers", "failed", "schedules"] as const;

/** The parts of a worker that look. */
type LookingParts = Pick<Parts, "finder" | "dispatcher" | "recoverer" | "scheduler" | "pruner">;

/** Has a worker look around. */
export class Lookout {
  readonly #store: Store;
  readonly #parts: LookingParts;
  readonly #lookAtRest: () => boolean;
  readonly #watchdog: WorkerOptions["watchdog"];
  readonly #listener: RingListener | undefined;
  readonly #rest: FolderChanges;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #rungAt = performance.now();
  #polledAt = performance.now();
  #allAt = -Infinity;
  #polls = 0;
  #owesJobs = false;
  #closed = false;

  /**
   * To be made before the worker reads anything: it then hears of whatever changes later.
   *
   * @param lookAtRest Looks at all but jobs, schedules and pruning; returns whether the worker goes
   * on claiming.
   * @param watchdog Fed once each look is over.
   */
  constructor(
    store: Store,
    parts: LookingParts,
    lookAtRest: () => boolean,
    watchdog?: WorkerOptions["watchdog"],
  ) {
    this.#store = store;
    this.#parts = parts;
    this.#lookAtRest = lookAtRest;
    this.#watchdog = watchdog;
    // It looks at all there is now and then, whatever the mtimes say.
    this.#rest = new FolderChanges(store, REST, undefined, Infinity);
    if (!store.files.isLocal(store.dir)) this.#listener = new RingListener(store);
  }

  /** Begins, after the worker's own first look at jobs and workers. */
  start(): void {
    if (this.#closed) return;
    this.#lookAtUpkeep();
    this.#watchdog?.feed();
    this.#polledAt = performance.now();
    this.#lookLater();
  }

  /** Looks no more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  get #pollInterval(): number {
    return this.#store.config.poll_interval * 1000;
  }

  #lookLater(): void {
    const now = performance.now();
    const silence = now - this.#rungAt;
    const wait = Math.min(LATEST, Math.max(SOONEST, silence * SHARE_OF_SILENCE));
    const untilPoll = this.#polledAt + this.#pollInterval - now;
    const untilFed = this.#watchdog ? this.#watchdog.every * 1000 : Infinity;
    this.#timer = setTimeout(
      () => this.#look(),
      Math.min(this.#listener ? wait : Infinity, untilPoll, untilFed),
    );
  }

  #look(): void {
    this.#lookAround();
    if (!this.#closed) this.#watchdog?.feed();
  }

  #lookAround(): void {
    const now = performance.now();
    // A timer may be a millisecond early.
    const isPoll = now - this.#polledAt >= this.#pollInterval - 1;
    if (isPoll) this.#polledAt = now;
    this.#lookLater();
    if (!this.#listener) {
      if (isPoll) this.#lookAtAll();
      return;
    }
    // A look later than the one for jobs, which are to be started first.
    if (this.#rungAt > this.#allAt - ALL_FOR && now - this.#allAt >= ALL_AGAIN) this.#lookAtAll();
    if (this.#listener.hasRung()) this.#hear();
    const { finder, dispatcher } = this.#parts;
    if (this.#owesJobs) this.#owesJobs = !finder.refillAsTold(!dispatcher.isFull);
    if (isPoll) this.#poll();
  }

  #hear(): void {
    this.#rungAt = performance.now();
    this.#owesJobs = true;
  }

  #poll(): void {
    const { finder, recoverer } = this.#parts;
    if (this.#polls++ % ALL_EVERY === 0) return this.#lookAtAll();
    void finder.refillIfChanged("pending");
    recoverer.glance();
    if (this.#polls % REST_EVERY !== 0) return;
    try {
      if (this.#rest.mayHaveChanged()) this.#lookAtAll();
    } catch {
      // What cannot be read is reported by a look at all there is.
      this.#lookAtAll();
    }
  }

  #lookAtAll(): void {
    this.#allAt = performance.now();
    if (this.#listener) this.#noteRest(this.#listener);
    const goesOn = this.#lookAtRest();
    if (this.#closed) return;
    void this.#parts.finder.refillIfChanged();
    if (goesOn) this.#lookAtUpkeep();
  }

  #noteRest(listener: RingListener): void {
    if (listener.hasRungEver()) this.#hear();
    try {
      this.#rest.reading();
    } catch {
      this.#rest.forget();
    }
  }

  #lookAtUpkeep(): void {
    this.#parts.scheduler?.look();
    this.#parts.pruner.look();
  }
}
