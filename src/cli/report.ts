/**
 * The report of a failure.
 *
 * @module
 */

import { locateQueue } from "../store/locate_queue.ts";
import { QueueError, UsageError } from "../text/errors.ts";
import { writeFault } from "../text/write_fault.ts";
import { INTERRUPT_STATUS, InterruptedError } from "./terminal/interrupt.ts";
import { MisspelledError } from "./table/option.ts";
import { note, say } from "./terminal/output.ts";
import { nearestWord } from "./args/spelling.ts";
import type { Invocation } from "./table/command.ts";
import { systemFault } from "./text/system_fault.ts";

/** What a write that failed has left undone, by the command. Others may have done a part. */
const UNDONE: Readonly<Record<string, string>> = {
  "enqueue": "nothing was added",
  "schedule add": "nothing was added",
  "config set": "nothing was changed",
};

/**
 * Reports in one sentence what went wrong.
 *
 * @param call The call that failed, if its words made sense.
 * @returns The exit status: 2 for a call that makes no sense, 1 for a failure.
 */
export function report(error: unknown, call?: Invocation): number {
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
  const fault = (call && refusedWrite(error, call)) ?? systemFault(error);
  if (fault !== undefined) note(fault);
  else {
    // A bug of ours: print all that helps to find it.
    const about = `${error instanceof Error ? error.stack : error}`;
    `queuectl: this is a fault in queuectl: ${about}`.split("\n").forEach(say);
  }
  return 1;
}

function refusedWrite(error: unknown, { command, dir }: Invocation): string | undefined {
  let queue: string;
  try {
    queue = locateQueue(dir).dir;
  } catch {
    return undefined;
  }
  const fault = writeFault(error, queue);
  const undone = UNDONE[command.name];
  return fault && undone ? `${fault} (${undone})` : fault;
}
