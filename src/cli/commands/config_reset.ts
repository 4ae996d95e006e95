/**
 * `queuectl config reset`: back to the defaults.
 *
 * @module
 */

import { configKey } from "../../queue/settings.ts";
import { Queue } from "../../queue/queue.ts";
import type { Invocation } from "../command.ts";
import { printJson } from "../output.ts";

/** Gives one setting, or all, the default back. */
export async function configReset(call: Invocation): Promise<void> {
  const keys = call.words[0] === undefined ? undefined : [configKey(call.words[0])];
  const queue = await Queue.open(call.dir, { evenMisconfigured: true });
  await queue.resetConfig(keys);
  if (call.json) printJson(queue.config());
}
