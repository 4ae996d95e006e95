/**
 * How many attempts have ever ended, and how long they waited and ran.
 *
 * @module
 */

import { historyFiles } from "../contents/history.ts";
import {
  addLine,
  addTotals,
  attemptsOnward,
  type HistoryTotals,
  noTotals,
  removedTotals,
} from "../contents/history_totals.ts";
import type { OpenQueue, Store } from "../store/store.ts";
import { Slices } from "./name_scan.ts";

/** How often pruning may come between before the answer is given as it is. */
const TRIES = 3;

/** Counts the attempts of a queue's history; each line is read once. */
export class AttemptTotals {
  readonly #store: Store;
  /** What was counted of each file, and where the next line begins. */
  readonly #files = new Map<string, { totals: HistoryTotals; next: number }>();

  /** Reads nothing yet. */
  constructor(queue: OpenQueue) {
    this.#store = queue.store;
  }

  /** The totals now, of pruned days too: they never fall. */
  async read(): Promise<HistoryTotals> {
    for (let tries = 1;; tries++) {
      const removed = removedTotals(this.#store);
      const totals = noTotals();
      addTotals(totals, removed.totals);
      const names = historyFiles(this.#store).map(({ name }) => name);
      for (const name of names) {
        if (!removed.counted.has(name)) addTotals(totals, await this.#totalsOf(name));
      }
      // Files that were pruned meanwhile are in neither.
      const after = removedTotals(this.#store);
      if (tries < TRIES && after.totals.run.count !== removed.totals.run.count) continue;
      for (const name of this.#files.keys()) if (!names.includes(name)) this.#files.delete(name);
      return totals;
    }
  }

  async #totalsOf(name: string): Promise<HistoryTotals> {
    const known = this.#files.get(name) ?? { totals: noTotals(), next: 0 };
    this.#files.set(name, known);
    const slices = new Slices();
    try {
      for (const { attempts, next } of attemptsOnward(this.#store, name, known.next)) {
        for (const attempt of attempts) addLine(known.totals, attempt);
        known.next = next;
        if (slices.isOver) await slices.turn();
      }
    } catch (error) {
      // Pruned meanwhile, or no regular file.
      if (!(error instanceof Error)) throw error;
    }
    return known.totals;
  }
}
