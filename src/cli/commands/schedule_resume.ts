/**
 * `queuectl schedule resume`: on after a pause.
 *
 * @module
 */

import { Queue } from "../../queue/queue.ts";
import { pauseSchedule } from "../../queue/schedules.ts";
import type { Invocation } from "../command.ts";
import { eachOf } from "../each_of.ts";

/** Lets schedules go on with their next time; times that pass while they are paused are not made good. */
export async function scheduleResume(call: Invocation): Promise<number> {
  const queue = await Queue.open(call.dir);
  return await eachOf(call.words, async (name) => {
    await pauseSchedule(queue, name, false);
  });
}
