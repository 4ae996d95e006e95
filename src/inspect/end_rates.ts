/**
 * How many jobs end, second by second.
 *
 * @module
 */

import { recentEnds } from "../contents/history.ts";
import type { OpenQueue } from "../store/store.ts";

/** How many seconds to remember. */
const SECONDS = 300;

/** Counts ends of jobs over the last five minutes. */
export class EndRates {
  readonly #counts = new Float64Array(SECONDS);
  readonly #begun: number;
  /** The last second counted, since 1970. */
  #second: number;

  /**
   * Counts nothing yet.
   *
   * @param begun When counting begins, in milliseconds since 1970.
   */
  constructor(begun: number) {
    this.#begun = begun;
    this.#second = Math.floor(begun / 1000);
  }

  /** Counts the end of a job; in the order of time. */
  add(now: number): void {
    this.#moveTo(now);
    this.#counts[this.#second % SECONDS]!++;
  }

  /**
   * Ends per second, over the last seconds or since counting began.
   *
   * @param seconds At most 300.
   */
  rate(seconds: number, now: number): number {
    const watched = Math.max(1, Math.min(seconds, (now - this.#begun) / 1000));
    return this.#sum(0, seconds, now) / watched;
  }

  /**
   * The ends in each of the last few equal parts of time, the latest last.
   *
   * @param parts How many parts.
   * @param seconds The length of each part; together at most 300.
   */
  parts(parts: number, seconds: number, now: number): number[] {
    return Array.from(
      { length: parts },
      (_, index) => this.#sum((parts - 1 - index) * seconds, seconds, now),
    );
  }

  #sum(from: number, seconds: number, now: number): number {
    this.#moveTo(now);
    let sum = 0;
    for (let back = from; back < Math.min(from + seconds, SECONDS); back++) {
      sum += this.#counts[(this.#second - back + SECONDS) % SECONDS]!;
    }
    return sum;
  }

  #moveTo(now: number): void {
    const second = Math.floor(now / 1000);
    if (second - this.#second >= SECONDS) this.#counts.fill(0);
    else while (this.#second < second) this.#counts[++this.#second % SECONDS] = 0;
    this.#second = Math.max(second, this.#second);
  }
}

/** The rates of the last five minutes, from the history. */
export function ratesSoFar({ store }: OpenQueue): EndRates {
  const { times, from } = recentEnds(store, Date.now() - SECONDS * 1000);
  const rates = new EndRates(from);
  for (const time of times) rates.add(time);
  return rates;
}
