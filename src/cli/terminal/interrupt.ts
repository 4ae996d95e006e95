/**
 * Ctrl-C and its kin.
 *
 * @module
 */

import { QueueError } from "../../text/errors.ts";

/** The signals that ask a program to end. A closed terminal (SIGHUP) asks too, but not a worker. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** One of the signals that ask a program to end. */
export type Interrupt = typeof SIGNALS[number];

/** The exit status of a program that such a signal ended. */
export const INTERRUPT_STATUS: Record<Interrupt, number> = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
};

/** A command was interrupted, and undid what it had begun. */
export class InterruptedError extends QueueError {
  /**
   * @param message One sentence for the user.
   * @param signal What interrupted it.
   */
  constructor(message: string, readonly signal: Interrupt) {
    super(message);
  }
}

/** The exit status of a program whose reader has gone, so that SIGPIPE ended it. */
export const PIPE_STATUS = 141;

/**
 * How soon after a signal another one of its kind is the same, in milliseconds. A terminal sends Ctrl-C to all that it
 * runs, and whoever started this program, `deno task` for one, passes it on once more.
 */
const SAME_WITHIN = 200;

/**
 * Tells signals that somebody sent from those that were passed on once more.
 *
 * @param now A clock, in milliseconds.
 * @returns Whether a signal that has just come is one to heed.
 */
export function newSignals(now: () => number): (signal: Interrupt) => boolean {
  const last = new Map<Interrupt, number>();
  return (signal) => {
    const time = now();
    if (time - (last.get(signal) ?? -Infinity) < SAME_WITHIN) return false;
    last.set(signal, time);
    return true;
  };
}

/**
 * Calls back at each signal that asks the program to end, instead of ending it.
 *
 * @returns Gives the signals their usual meaning back.
 */
export function onInterrupt(interrupted: (signal: Interrupt) => void): () => void {
  const isNew = newSignals(() => performance.now());
  const listeners = SIGNALS.map((signal) =>
    [signal, () => isNew(signal) && interrupted(signal)] as const
  );
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
  };
}
