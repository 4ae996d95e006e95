/**
 * A timer for any length of time.
 *
 * @module
 */

/** The longest that one timer of the runtime waits, in milliseconds: 25 days. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Calls back once, in so many milliseconds.
 *
 * @returns Stops the timer.
 */
export function startLongTimer(delay: number, expired: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const arm = (left: number) => {
    const wait = Math.min(left, LONGEST_TIMER);
    timer = setTimeout(() => left > wait ? arm(left - wait) : expired(), wait);
  };
  arm(Math.max(0, delay));
  return () => clearTimeout(timer);
}
