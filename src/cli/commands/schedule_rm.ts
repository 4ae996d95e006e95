/**
 * `queuectl schedule rm`: removes schedules.
 *
 * @module
 */

import { Queue } from "../../queue/queue.ts";
import { removeSchedule } from "../../queue/schedules.ts";
import type { Invocation } from "../command.ts";
import { eachOf } from "../each_of.ts";

/** Removes schedules; the jobs that they added stay. */
export async function scheduleRm(call: Invocation): Promise<number> {
  const queue = await Queue.open(call.dir);
  return await eachOf(call.words, async (name) => {
    await removeSchedule(queue, name);
  });
}
