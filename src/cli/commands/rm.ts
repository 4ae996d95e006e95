/**
 * `queuectl rm`: removes jobs.
 *
 * @module
 */

import { Queue } from "../../queue/queue.ts";
import type { Invocation } from "../command.ts";
import { eachOf } from "../each_of.ts";
import { print } from "../output.ts";

/** Removes jobs that do not run, and their logs; prints their IDs. */
export async function rm(call: Invocation): Promise<number> {
  const queue = await Queue.open(call.dir);
  return await eachOf(call.words, async (word) => {
    const { id } = queue.find(word);
    await queue.remove(id);
    print(id);
  });
}
