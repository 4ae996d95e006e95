/**
 * Keeping a queue at the size that `keep_done` and `keep_dead` ask for, now and then. Where neither is set
 * it does nothing.
 *
 * @module
 */

import { pruneJobs } from "../../moves/prune.ts";
import { retentionOf } from "../../format/settings.ts";
import type { Store } from "../../store/store.ts";

/** Not more often than this where jobs end, in milliseconds, unless many do. */
const EVERY = 5_000;

/** Nor than this where none do: others may have ended some, and what has ended grows old. */
const EVERY_IDLE = 60_000;

/** Looking through what has ended takes at most this share of the time, unless many jobs end. */
const SHARE = 0.02;

/** So many ended jobs are pruned without waiting: at least this, and this share of what stays. */
const MANY = 1000, MANY_SHARE = 0.5;

/** A worker that leaves prunes once more if it has ended this share of what stays. */
const LAST_SHARE = 0.1;

/**
 * Prunes in the background of its worker. It keeps up with the rate at which that ends jobs: once they are
 * many, each costs a look at three names at most, and its removal.
 */
export class Pruner {
  readonly #store: Store;
  readonly #trouble: (error: unknown) => void;
  #working: Promise<void> | undefined;
  /** When the last one was over. */
  #last = -Infinity;
  /** How long looking then took. */
  #took = 0;
  /** How many stayed then. */
  #staying = 0;
  /** How many jobs the worker has ended since that began. */
  #ended = 0;
  #settings = "";
  #closed = false;
  #stops = false;

  /** @param trouble Called when it cannot be done now. */
  constructor(store: Store, trouble: (error: unknown) => void) {
    this.#store = store;
    this.#trouble = trouble;
  }

  /** Counts a job that the worker has ended. */
  count(): void {
    // Not left to the next poll, which may be an hour away.
    if (++this.#ended % MANY === 0) this.look();
  }

  /** Begins, if something is set and it is time to. */
  look(): void {
    const { keep_done, keep_dead } = this.#store.config;
    if (keep_done === null && keep_dead === null) return;
    // A new setting is heeded at once.
    const settings = `${keep_done} ${keep_dead}`;
    if (this.#closed || this.#working) return;
    const every = Math.max(this.#ended > 0 ? EVERY : EVERY_IDLE, this.#took / SHARE);
    const isMany = this.#ended >= Math.max(MANY, this.#staying * MANY_SHARE);
    const isTime = isMany || performance.now() >= this.#last + every;
    if (!isTime && settings === this.#settings) return;
    this.#settings = settings;
    this.#begin();
  }

  #begin(): void {
    [this.#ended, this.#took, this.#staying] = [0, 0, 0];
    this.#working = this.#prune().catch(this.#trouble).finally(() => {
      this.#working = undefined;
      this.#last = performance.now();
      // Many may have ended meanwhile.
      this.look();
    });
  }

  /**
   * Prunes a last time, if there is much to; resolves when nothing is under way.
   *
   * @param halfWay Whether to stop what is under way, and begin nothing, rather than finish it.
   */
  async close(halfWay: boolean): Promise<void> {
    this.#closed = true;
    this.#stops = halfWay;
    await this.#working;
    // Without settings nothing is to be kept small; the first look that finds some notes them.
    if (halfWay || this.#settings === "") return;
    if (this.#ended === 0 || this.#ended < this.#staying * LAST_SHARE) return;
    this.#begin();
    await this.#working;
  }

  async #prune(): Promise<void> {
    const { keep_done, keep_dead } = this.#store.config;
    const stop = () => this.#stops;
    const looked = (staying: number, took: number) => {
      this.#staying += staying;
      this.#took += took;
    };
    for (const [state, keep] of [["done", keep_done], ["dead", keep_dead]] as const) {
      const retention = retentionOf(keep);
      if (!retention) continue;
      const what = "count" in retention ? { keep: retention.count } : { olderThan: retention.age };
      await pruneJobs(this.#store, { states: [state], ...what, stop, looked });
    }
  }
}
