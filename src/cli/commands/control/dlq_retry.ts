/**
 * `queuectl dlq retry`: dead jobs get another chance.
 *
 * @module
 */

import { UsageError } from "../../../text/errors.ts";
import type { Invocation } from "../../table/command.ts";
import { wasCancelled } from "../../text/attempt_text.ts";
import { findDead } from "./dead_job.ts";
import { eachOf } from "./each_of.ts";
import { print, say } from "../../terminal/output.ts";
import type { Queue } from "../../../queue.ts";
import { openQueue } from "../../args/open_queue.ts";

/** Moves dead jobs to pending with a fresh count of attempts; prints their IDs. */
export async function dlqRetry(call: Invocation): Promise<number> {
  const [all, cancelled] = [call.options.has("all"), call.options.has("cancelled")];
  if ((all || cancelled) === call.words.length > 0) {
    throw new UsageError(
      all || cancelled
        ? `give ${all ? "--all" : "--cancelled"} or IDs, not both`
        : "dlq retry needs an ID, --all or --cancelled",
    );
  }
  const queue = await openQueue(call);
  const words = all || cancelled ? chosen(queue, all, cancelled) : call.words;
  return await eachOf(words, async (word) => {
    const { id } = findDead(queue, word);
    await queue.requeue(id);
    print(id);
  });
}

/** The IDs of the dead jobs that failed, that were cancelled, or both; says what is left out. */
function chosen(queue: Queue, failed: boolean, cancelled: boolean): string[] {
  const dead = queue.list({ states: ["dead"] });
  const ids = dead.filter((job) => wasCancelled(job) ? cancelled : failed).map(({ id }) => id);
  const left = dead.length - ids.length;
  if (dead.length === 0) say("no job is dead; there is nothing to retry");
  else if (!failed && ids.length === 0) say("no dead job was cancelled; there is nothing to retry");
  else if (!cancelled && left > 0) {
    say(`queuectl: cancelled jobs left alone: ${left} (see: queuectl dlq retry --cancelled)`);
  }
  return ids;
}
