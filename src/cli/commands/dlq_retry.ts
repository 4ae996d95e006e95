/**
 * `queuectl dlq retry`: dead jobs get another chance.
 *
 * @module
 */

import { UsageError } from "../../queue/errors.ts";
import { Queue } from "../../queue/queue.ts";
import type { Invocation } from "../command.ts";
import { findDead } from "../dead_job.ts";
import { eachOf } from "../each_of.ts";
import { print, say } from "../output.ts";

/** Moves dead jobs to pending with a fresh count of attempts; prints their IDs. */
export async function dlqRetry(call: Invocation): Promise<number> {
  const all = call.options.has("all");
  if (all === call.words.length > 0) {
    throw new UsageError(all ? "give --all or IDs, not both" : "dlq retry needs an ID, or --all");
  }
  const queue = await Queue.open(call.dir);
  const words = all ? queue.list({ states: ["dead"] }).map(({ id }) => id) : call.words;
  if (words.length === 0) say("no job is dead; there is nothing to retry");
  return await eachOf(words, async (word) => {
    const { id } = findDead(queue, word);
    await queue.requeue(id);
    print(id);
  });
}
