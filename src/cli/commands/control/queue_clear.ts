/**
 * `queuectl queue clear`: removes all jobs of a state.
 *
 * @module
 */

import { QueueError, UsageError } from "../../../text/errors.ts";
import { clearState } from "./clear_state.ts";
import type { Invocation } from "../../table/command.ts";
import { parseState } from "../../args/state_name.ts";
import { openQueue } from "../../args/open_queue.ts";

/** Removes all pending jobs or those of `--state`, on a terminal after asking, elsewhere with `--yes`. */
export async function queueClear(call: Invocation): Promise<number> {
  const state = parseState(call.options.text("state") ?? "pending");
  if (state === "processing") {
    throw new QueueError(
      "what runs cannot be removed; put it back first: queuectl worker stop --now",
    );
  }
  const yes = call.options.has("yes");
  if (!yes && !Deno.stdin.isTerminal()) {
    throw new UsageError(
      `removing all ${state} jobs needs --yes, as there is no terminal to ask on`,
    );
  }
  return await clearState(await openQueue(call), state, !yes, call.json);
}
