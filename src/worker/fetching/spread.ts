/**
 * Choosing where many machines work one queue: none hears what others claim, so all of them would
 * try the same job at the same moment, then the next one. Whoever meets others chooses at random
 * among the most urgent jobs of one priority, and reads the directories anew once most of these
 * are gone.
 *
 * @module
 */

import type { IndexEntry, ReadyIndex } from "./ready_index.ts";

/** After so many jobs that others had claimed the directories are read anew. */
const MOST_LOST = 16;

/** The least and the most jobs to choose among, once others were met. */
const LEAST = 256, MOST = 4096;

/** The jobs that a worker chooses among. */
export class Spread {
  /** How many to choose among. */
  #size = 1;
  /** Jobs of one priority, taken out of the index, in no order. */
  #hand: IndexEntry[] = [];
  /** How many jobs were given out since a reading, and how many of them others had claimed. */
  #given = 0;
  #lost = 0;

  /**
   * @param isOn Whether other machines claim jobs that this one does not hear of. If not, jobs are
   * taken as they come.
   */
  constructor(readonly isOn: boolean) {}

  /** Whether no job was taken out that has not been given out. */
  get isEmpty(): boolean {
    return this.#hand.length === 0;
  }

  /** Takes out one of the most urgent entries that are ready, which may be a batch. */
  take(index: ReadyIndex, now: number): IndexEntry | undefined {
    const first = index.peek(now);
    const isLess = first && this.#hand[0] && first.priority > this.#hand[0].priority;
    if (isLess || (this.#hand.length === 0 && (this.#size === 1 || first?.batch))) {
      return index.take(now);
    }
    if (this.#hand.length === 0) this.#draw(index, now);
    this.#given++;
    return this.#hand.pop();
  }

  #draw(index: ReadyIndex, now: number): void {
    const priority = index.peek(now)?.priority;
    for (let next = index.peek(now); next; next = index.peek(now)) {
      if (next.priority !== priority || next.batch || this.#hand.length === this.#size) break;
      // Each one that comes changes places with one that is there: a shuffle.
      const at = Math.floor(Math.random() * (this.#hand.length + 1));
      this.#hand.push(this.#hand[at] ?? next);
      this.#hand[at] = index.take(now)!;
    }
  }

  /** Another had claimed the job that was given out. Returns whether it is time to read anew. */
  lost(): boolean {
    if (!this.isOn) return false;
    this.#size = Math.max(this.#size, LEAST);
    return ++this.#lost >= MOST_LOST;
  }

  /**
   * To be called when the directories are read; puts back what was not given out.
   *
   * @param isCheap Whether all jobs are among what is read, and no batch has to be read again.
   * @returns Whether the index should be filled anew: much of what it holds may be gone.
   */
  reading(index: ReadyIndex, now: number, isCheap: boolean): boolean {
    const won = this.#given - this.#lost;
    const isStale = this.#lost >= MOST_LOST;
    // Few jobs for so many tries: more are to be chosen among, so that others choose others.
    if (isStale && won < 2 * MOST_LOST) this.#size = Math.min(4 * this.#size, MOST);
    else if (won > 16 * this.#lost) this.#size = this.#size > LEAST ? this.#size / 2 : 1;
    if (isStale || won > MOST_LOST) [this.#given, this.#lost] = [0, 0];
    for (const entry of this.#hand.splice(0)) index.add(entry, now);
    return isStale || (isCheap && this.#size > 1);
  }
}
