/**
 * `queuectl dlq clear`: empties the dead letter queue.
 *
 * @module
 */

import { clearState } from "./clear_state.ts";
import type { Invocation } from "../../table/command.ts";
import { openQueue } from "../../args/open_queue.ts";

/** Removes all dead jobs, on a terminal after asking. */
export async function dlqClear(call: Invocation): Promise<number> {
  const queue = await openQueue(call);
  const ask = Deno.stdin.isTerminal() && !call.options.has("yes");
  return await clearState(queue, "dead", ask, call.json);
}
