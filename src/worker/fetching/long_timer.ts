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

/** A timer that can be stopped for a while. */
export interface PausableTimer {
  /** Lets no more time pass for it. */
  pause(): void;
  /** Lets time pass again. */
  resume(): void;
  /** Ends it for good. */
  stop(): void;
}

/** Calls back once, when so many milliseconds have passed in which it was not paused. */
export function startPausableTimer(delay: number, expired: () => void): PausableTimer {
  let left = delay;
  let since = performance.now();
  let disarm: (() => void) | undefined = startLongTimer(left, expired);
  return {
    pause() {
      if (!disarm) return;
      disarm();
      disarm = undefined;
      left -= performance.now() - since;
    },
    resume() {
      if (disarm) return;
      since = performance.now();
      disarm = startLongTimer(left, expired);
    },
    stop() {
      disarm?.();
      disarm = () => {};
    },
  };
}
