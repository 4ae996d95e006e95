/**
 * Commands that do something to each of several schedules.
 *
 * @module
 */

import type { Queue } from "../../../queue.ts";
import type { Invocation } from "../../table/command.ts";
import { eachOf } from "../control/each_of.ts";
import { print, printJson } from "../../terminal/output.ts";
import { openQueue } from "../../args/open_queue.ts";

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
