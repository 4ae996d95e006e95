/**
 * `queuectl config reset`: back to the defaults.
 *
 * @module
 */

import { configKey } from "../../../format/settings.ts";
import type { Invocation } from "../../table/command.ts";
import { printJson } from "../../terminal/output.ts";
import { openQueue } from "../../args/open_queue.ts";

/** Gives one setting, or all, the default back. */
export async function configReset(call: Invocation): Promise<void> {
  const keys = call.words[0] === undefined ? undefined : [configKey(call.words[0])];
  const queue = await openQueue(call, { evenMisconfigured: true });
  await queue.resetConfig(keys);
  if (call.json) printJson(queue.config());
}
