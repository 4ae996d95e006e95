/**
 * `queuectl worker pause`: nothing new is claimed.
 *
 * @module
 */

import type { Invocation } from "../../table/command.ts";
import { printJson, say } from "../../terminal/output.ts";
import { openQueue } from "../../args/open_queue.ts";

/** Tells all workers to claim nothing new; what runs goes on. */
export async function workerPause(call: Invocation): Promise<void> {
  const queue = await openQueue(call);
  await queue.setPaused(true);
  if (call.json) printJson({ paused: true });
  else say("paused: workers claim nothing new (queuectl worker resume)");
}
