/**
 * Pruning now and then, to keep a queue at the size that `keep_done`, `keep_dead` and
 * `keep_history` say. What it costs to look through ended jobs stays the same for each job, however
 * many there are and however many workers.
 *
 * @module
 */

import { type Pruned, pruneJobs, pruningOf } from "../../moves/prune.ts";
import { boundRecords } from "../../moves/prune_records.ts";
import type { Store } from "../../store/store.ts";

/** How often to prune where jobs end, in milliseconds, unless many do. */
const EVERY = 5_000;

/**
 * How often to prune where few end, and for each job that stays: other workers may have ended jobs,
 * and what has ended grows old. The last is the most.
 */
const EVERY_IDLE = 60_000, EVERY_IDLE_EACH = 6, EVERY_IDLE_MOST = 3_600_000;

/** Few have ended while it is less than this share of what stays. */
const FEW_SHARE = 0.05;

/** How often to look for old history and logs, in milliseconds. */
const RECORDS_EVERY = 3_600_000;

/** Looking through ended jobs takes at most this share of the time, unless many jobs end. */
const SHARE = 0.02;

/**
 * Many ended jobs are pruned without waiting: at least this number, and this share of what stays.
 */
const MANY = 1000, MANY_SHARE = 0.5;

/** A worker that leaves prunes once more if it has ended this share of what stays. */
const LAST_SHARE = 0.1;

/**
 * Prunes in the background, as fast as its worker ends jobs: each costs at most three looks and its
 * removal.
 */
export class Pruner {
  readonly #store: Store;
  readonly #trouble: (error: unknown) => void;
  readonly #pruned: (removed: Pruned["removed"]) => void;
  #working: Promise<void> | undefined;
  /** When the last pruning was over. */
  #last = -Infinity;
  /** How long its looking took. */
  #took = 0;
  /** When it last looked for old history and logs. */
  #recordsAt = -Infinity;
  /** How many jobs stayed then. */
  #staying = 0;
  /** How many jobs the worker has ended since it began. */
  #ended = 0;
  #settings = "";
  #closed = false;
  #stops = false;

  /**
   * @param trouble Called when pruning fails.
   * @param pruned Called once after jobs were removed, with how many.
   */
  constructor(
    store: Store,
    trouble: (error: unknown) => void,
    pruned: (removed: Pruned["removed"]) => void = () => {},
  ) {
    this.#store = store;
    this.#trouble = trouble;
    this.#pruned = pruned;
  }

  /** Counts a job that the worker has ended. */
  count(): void {
    // The next poll may be an hour away.
    if (++this.#ended % MANY === 0) this.look();
  }

  /** Begins to prune, if that is set and it is time to. */
  look(): void {
    const { keep_done, keep_dead, keep_history } = this.#store.config;
    // A new setting takes effect at once.
    const settings = `${keep_done} ${keep_dead} ${keep_history}`;
    if (this.#closed || this.#working) return;
    if (settings !== this.#settings) this.#recordsAt = -Infinity;
    const isFew = this.#ended === 0 || this.#ended < this.#staying * FEW_SHARE;
    const idle = Math.min(EVERY_IDLE_MOST, EVERY_IDLE + this.#staying * EVERY_IDLE_EACH);
    const every = Math.max(isFew ? idle : EVERY, this.#took / SHARE);
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
      // Many jobs may have ended meanwhile.
      this.look();
    });
  }

  /**
   * Prunes a last time, if many jobs have ended; resolves when nothing is under way.
   *
   * @param halfWay Whether to stop half way instead, and begin nothing.
   */
  async close(halfWay: boolean): Promise<void> {
    this.#closed = true;
    this.#stops = halfWay;
    await this.#working;
    // Empty unless a look has found settings.
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
    const all = { done: 0, dead: 0 };
    for (const [state, keep] of [["done", keep_done], ["dead", keep_dead]] as const) {
      const what = pruningOf(state, keep);
      if (!what) continue;
      const { removed } = await pruneJobs(this.#store, { ...what, stop, looked });
      all[state] += removed[state];
    }
    if (all.done + all.dead > 0) this.#pruned(all);
    if (this.#stops || performance.now() < this.#recordsAt + RECORDS_EVERY) return;
    this.#recordsAt = performance.now();
    await boundRecords(this.#store);
  }
}
