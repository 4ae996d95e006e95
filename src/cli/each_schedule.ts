/**
 * Commands that do something to each of several schedules.
 *
 * @module
 */

import type { Queue } from "../queue/queue.ts";
import type { Invocation } from "./command.ts";
import { eachOf } from "./each_of.ts";
import { print, printJson } from "./output.ts";
import { openQueue } from "./open_queue.ts";

/**
 * Does something to the schedule of each word, all that can be done; prints the names, with `--json` as an array.
 *
 * @param act Gets a name.
 * @returns The exit status: 0, or 1 if anything could not be done.
 */
export async function eachSchedule(
  call: Invocation,
  act: (queue: Queue, name: string) => Promise<unknown>,
): Promise<number> {
  const queue = await openQueue(call);
  const names: string[] = [];
  const status = await eachOf(call.words, async (name) => {
    await act(queue, name);
    names.push(name);
    if (!call.json) print(name);
  });
  if (call.json) printJson(names);
  return status;
}
