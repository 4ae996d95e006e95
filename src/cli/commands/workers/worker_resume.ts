/**
 * `queuectl worker resume`: the end of a pause.
 *
 * @module
 */

import type { Invocation } from "../../table/command.ts";
import { printJson, say } from "../../terminal/output.ts";
import { openQueue } from "../../args/open_queue.ts";

/** Tells all workers to go on. */
export async function workerResume(call: Invocation): Promise<void> {
  const queue = await openQueue(call);
  const was = queue.paused;
  await queue.setPaused(false);
  if (call.json) printJson({ paused: false });
  else say(was ? "resumed" : "the queue was not paused");
}
