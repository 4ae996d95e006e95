/**
 * How long a failed job waits for its retry.
 *
 * @module
 */

/** The numbers that {@linkcode retryDelay} goes by; the queue's settings have them all. */
export interface Backoff {
  /** Seconds before the first retry. */
  backoff_base: number;
  /** What each further delay is multiplied by. */
  backoff_factor: number;
  /** No delay is longer than this many seconds. */
  backoff_max: number;
  /** Share of the delay, 0 to 1, by which it is spread. */
  jitter: number;
}

/**
 * The seconds to wait after attempt n failed: `base * factor ** (n - 1)`, capped at `backoff_max`,
 * then spread evenly over `delay * (1 ± jitter)`. With base and factor 2: 2, 4, 8, 16 seconds.
 *
 * @param attempt How many attempts have failed, 1 or more.
 * @param random A number from 0 to 1 that places the delay in its spread.
 *
 * @example
 * ```ts
 * import { retryDelay } from "./backoff.ts";
 *
 * const backoff = { backoff_base: 3, backoff_factor: 3, backoff_max: 3600, jitter: 0 };
 * retryDelay(backoff, 3, 0.5); // 27
 * ```
 */
export function retryDelay(backoff: Backoff, attempt: number, random: number): number {
  const { backoff_base, backoff_factor, backoff_max, jitter } = backoff;
  const grown = backoff_base * backoff_factor ** (attempt - 1);
  // A huge attempt makes Infinity, and 0 * Infinity makes NaN: both are the cap's business.
  const delay = Math.min(Number.isNaN(grown) ? 0 : grown, backoff_max);
  return delay * (1 + jitter * (2 * random - 1));
}
