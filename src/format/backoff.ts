/**
 * How long a failed job waits for its retry.
 *
 * @module
 */

/** The settings that {@linkcode retryDelay} needs. */
export interface Backoff {
  /** Seconds before the first retry. */
  backoff_base: number;
  /** Multiplies each further delay. */
  backoff_factor: number;
  /** The longest delay, in seconds. */
  backoff_max: number;
  /** Delays are randomized by up to this fraction, 0 to 1. */
  jitter: number;
}

/**
 * The seconds to wait after attempt n failed: `base * factor ** (n - 1)`, at most `backoff_max`,
 * then randomized to `delay * (1 ± jitter)`. With base and factor 2: 2, 4, 8, 16 seconds.
 *
 * @param attempt How many attempts have failed, 1 or more.
 * @param random 0 for the shortest randomized delay to 1 for the longest.
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
  // A huge attempt gives Infinity, and 0 * Infinity gives NaN.
  const delay = Math.min(Number.isNaN(grown) ? 0 : grown, backoff_max);
  return delay * (1 + jitter * (2 * random - 1));
}
