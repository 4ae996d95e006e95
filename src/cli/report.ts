/**
 * The report of a failure.
 *
 * @module
 */

import { QueueError, UsageError } from "../text/errors.ts";
import { INTERRUPT_STATUS, InterruptedError } from "./terminal/interrupt.ts";
import { MisspelledError } from "./table/option.ts";
import { note, say } from "./terminal/output.ts";
import { nearestWord } from "./args/spelling.ts";
import { systemFault } from "./system_fault.ts";

/**
 * Reports in one sentence what went wrong.
 *
 * @returns The exit status: 2 for a call that makes no sense, 1 for a failure.
 */
export function report(error: unknown): number {
  if (error instanceof MisspelledError) {
    const near = nearestWord(error.word, error.known);
    note(`${error.message} (${near ? `did you mean ${near}?` : error.see})`);
    return 2;
  }
  if (error instanceof UsageError || error instanceof QueueError) {
    note(error.message);
    if (error instanceof InterruptedError) return INTERRUPT_STATUS[error.signal];
    return error instanceof UsageError ? 2 : 1;
  }
  const fault = systemFault(error);
  if (fault !== undefined) note(fault);
  else {
    // A bug of ours: print all that helps to find it.
    const about = `${error instanceof Error ? error.stack : error}`;
    `queuectl: this is a fault in queuectl: ${about}`.split("\n").forEach(say);
  }
  return 1;
}
