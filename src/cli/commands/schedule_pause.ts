/**
 * `queuectl schedule pause`: no more jobs until resumed.
 *
 * @module
 */

import { Queue } from "../../queue/queue.ts";
import { pauseSchedule } from "../../queue/schedules.ts";
import type { Invocation } from "../command.ts";
import { eachOf } from "../each_of.ts";

/** Keeps schedules from being due until they are resumed; times that pass while they are paused are not made good. */
export async function schedulePause(call: Invocation): Promise<number> {
  const queue = await Queue.open(call.dir);
  return await eachOf(call.words, async (name) => {
    await pauseSchedule(queue, name, true);
  });
}
