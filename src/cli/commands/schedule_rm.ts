/**
 * `queuectl schedule rm`: removes schedules.
 *
 * @module
 */

import { Queue } from "../../queue/queue.ts";
import { removeSchedule } from "../../queue/schedules.ts";
import type { Invocation } from "../command.ts";

/** Removes schedules; the jobs that they added stay. */
export async function scheduleRm(call: Invocation): Promise<void> {
  const queue = await Queue.open(call.dir);
  for (const name of call.words) await removeSchedule(queue, name);
}
