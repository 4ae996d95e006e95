/**
 * A call of the simulated disk, as hooks see it and traces show it.
 *
 * @module
 */

import type { FilePort } from "../../src/fs/file_port.ts";

/** A call that a process is about to make. */
export interface Call {
  /** The process. */
  readonly process: string;
  /** Which of its calls, from 0. */
  readonly index: number;
  /** Which function of the port. */
  readonly name: keyof FilePort;
  /** What it is called with. */
  readonly args: readonly unknown[];
}

/** A call as the trace has it. */
export interface CallRecord extends Call {
  /** What it threw, if it did. */
  error?: unknown;
  /** Of a rename: whether something that had the new name is gone. */
  replaced?: boolean;
}

/**
 * Looks at a call before it is made. What it throws the call throws instead of being made, but for
 * what an interrupted `create` or `append` leaves (see `Leaving`); `Killed` ends the process.
 */
export type BeforeCall = (call: Call) => void;

/** A call on one line: `worker 3 rename /q/pending/a /q/processing/a`, then its error, if any. */
export function formatCall({ process, index, name, args, error }: CallRecord): string {
  const shown = args.flat().map((arg) =>
    arg instanceof Uint8Array
      ? `(${arg.length} bytes)`
      : typeof arg === "number"
      ? `0o${arg.toString(8)}`
      : arg
  );
  const failure = error instanceof Error
    ? `  !! ${(error as { code?: string }).code ?? error.name}`
    : "";
  return `${process} ${index} ${name} ${shown.join(" ")}${failure}`;
}
