/**
 * `queuectl queue path`: where the queue is.
 *
 * @module
 */

import { locateQueue } from "../../../store/locate_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { printJson, printText } from "../../terminal/output.ts";

/** Prints the queue's directory, whether it exists yet or not. */
export function queuePath(call: Invocation): void {
  const { dir } = locateQueue(call.dir);
  if (call.json) printJson({ dir });
  else printText(dir);
}
