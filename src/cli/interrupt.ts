/**
 * Ctrl-C and its kin.
 *
 * @module
 */

/** The signals that ask a program to end. A closed terminal (SIGHUP) asks too. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** One of the signals that ask a program to end. */
export type Interrupt = typeof SIGNALS[number];

/** The exit status of a program that such a signal ended. */
export const INTERRUPT_STATUS: Record<Interrupt, number> = {
  SIGINT: 130,
  SIGTERM: 143,
  SIGHUP: 129,
};

/**
 * Calls back at each signal that asks the program to end, instead of ending it.
 *
 * @returns Gives the signals their usual meaning back.
 */
export function onInterrupt(interrupted: (signal: Interrupt) => void): () => void {
  const listeners = SIGNALS.map((signal) => [signal, () => interrupted(signal)] as const);
  for (const [signal, listener] of listeners) Deno.addSignalListener(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) Deno.removeSignalListener(signal, listener);
  };
}
