/**
 * `queuectl worker pause`: nothing new is claimed.
 *
 * @module
 */

import { Queue } from "../../queue/queue.ts";
import type { Invocation } from "../command.ts";
import { printJson, say } from "../output.ts";

/** Tells all workers to claim nothing new; what runs goes on. */
export async function workerPause(call: Invocation): Promise<void> {
  const queue = await Queue.open(call.dir);
  await queue.setPaused(true);
  if (call.json) printJson({ paused: true });
  else say("paused: workers claim nothing new (queuectl worker resume)");
}
