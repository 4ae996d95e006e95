/**
 * Keeping a queue at the size that `keep_done` and `keep_dead` ask for, now and then. Where neither is set
 * it does nothing.
 *
 * @module
 */

import { pruneJobs } from "../queue/prune.ts";
import { retentionOf } from "../queue/retention.ts";
import type { Store } from "../queue/store.ts";

/** Not more often than this, in milliseconds. */
const EVERY = 60_000;

/** Looking through what has ended takes at most this share of the time. */
const SHARE = 0.02;

/** Prunes in the background of its worker. */
export class Pruner {
  readonly #store: Store;
  readonly #trouble: (error: unknown) => void;
  #working: Promise<void> | undefined;
  #next = -Infinity;
  #settings = "";
  #closed = false;
  #stops = false;

  /** @param trouble Called when it cannot be done now. */
  constructor(store: Store, trouble: (error: unknown) => void) {
    this.#store = store;
    this.#trouble = trouble;
  }

  /** Begins, if something is set and it is time to. */
  look(): void {
    const { keep_done, keep_dead } = this.#store.config;
    if (keep_done === null && keep_dead === null) return;
    // A new setting is heeded at once.
    const settings = `${keep_done} ${keep_dead}`;
    if (this.#closed || this.#working) return;
    if (performance.now() < this.#next && settings === this.#settings) return;
    this.#settings = settings;
    const begun = performance.now();
    this.#working = this.#prune().catch(this.#trouble).finally(() => {
      this.#working = undefined;
      const now = performance.now();
      this.#next = now + Math.max(EVERY, (now - begun) / SHARE);
    });
  }

  /**
   * Begins nothing more; resolves when nothing is under way.
   *
   * @param halfWay Whether to stop what is under way, rather than finish it.
   */
  async close(halfWay: boolean): Promise<void> {
    this.#closed = true;
    this.#stops = halfWay;
    await this.#working;
  }

  async #prune(): Promise<void> {
    const { keep_done, keep_dead } = this.#store.config;
    const stop = () => this.#stops;
    for (const [state, keep] of [["done", keep_done], ["dead", keep_dead]] as const) {
      const retention = retentionOf(keep);
      if (!retention) continue;
      const what = "count" in retention ? { keep: retention.count } : { olderThan: retention.age };
      await pruneJobs(this.#store, { states: [state], ...what, stop });
    }
  }
}
