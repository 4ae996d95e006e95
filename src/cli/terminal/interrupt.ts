/**
 * The signals that ask a program to exit.
 *
 * @module
 */

import { QueueError } from "../../text/errors.ts";

/** A signal that asks a program to exit; SIGHUP, of a closed terminal, asks a worker to reload. */
export type Interrupt = "SIGINT" | "SIGTERM" | "SIGHUP";

/** The exit status of a program that such a signal ended. */
export const INTERRUPT_STATUS: Readonly<Record<Interrupt, number>> = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
};

const SIGNALS = Object.keys(INTERRUPT_STATUS) as Interrupt[];

/** A command was interrupted, and undid what it had begun. */
export class InterruptedError extends QueueError {
  /** @param message One sentence for the user. */
  constructor(message: string, readonly signal: Interrupt) {
    super(message);
  }
}

/** The exit status of a program that SIGPIPE ended: the reader of its output is gone. */
export const PIPE_STATUS = 141;

/**
 * Two signals of a kind within this time are one, in milliseconds: the terminal sends Ctrl-C to
 * every process, and a parent such as `deno task` passes it on once more.
 */
const SAME_WITHIN = 200;

/** A function that says whether a signal that came now is a new one, by a clock in milliseconds. */
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
 * Calls back at each signal that asks the program to exit, instead of exiting.
 *
 * @returns A function that gives the signals their usual effect back.
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

/**
 * Does something that ends early when a signal asks the program to exit.
 *
 * @param work Ends early when the signal that it gets is aborted; returns an exit status.
 * @returns That status, or that of the signal.
 */
export async function untilInterrupted(
  work: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const giveUp = new AbortController();
  let interrupt: Interrupt | undefined;
  const quiet = onInterrupt((which) => {
    interrupt ??= which;
    giveUp.abort();
  });
  try {
    const status = await work(giveUp.signal);
    return interrupt === undefined ? status : INTERRUPT_STATUS[interrupt];
  } finally {
    quiet();
  }
}
