/**
 * `queuectl logs`: what a job printed.
 *
 * @module
 */

import { followLog } from "../../../inspect/follow.ts";
import { QueueError } from "../../../text/errors.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { note, writeOut } from "../../terminal/output.ts";
import { followAttempt, printAttempt, printLog, sayCutShort } from "./log_output.ts";
import { sayWhyTheyWait } from "./why_they_wait.ts";

/** Prints what a job printed, in all attempts or one; with `--follow` until it ends. */
export async function logs(call: Invocation): Promise<void> {
  const attempt = call.options.whole("attempt", 1, 1e9);
  const follow = call.options.has("follow");
  const queue = await openQueue(call);
  const job = queue.find(call.words[0]!);
  const { id } = job;
  if (attempt !== undefined) {
    // The history lacks the run that goes on now, and the one that --follow waits for.
    const runs = job.history.length + (job.state === "processing" || follow ? 1 : 0);
    if (attempt > runs) {
      const has = runs === 0
        ? "has not run yet"
        : `has run ${runs === 1 ? "once" : `${runs} times`}`;
      throw new QueueError(`job ${id} ${has}; there is no attempt ${attempt}`);
    }
  }
  if (!follow) {
    if (attempt !== undefined) await printAttempt(queue, job, attempt);
    else if (!await printLog(queue, job)) note(`job ${id} has printed nothing yet`);
    return;
  }
  const quiet = sayWhyTheyWait(queue, [id]);
  try {
    if (attempt !== undefined) await followAttempt(queue, id, attempt);
    else {
      const cutShort = sayCutShort(id);
      for await (const piece of followLog(queue, id, { cutShort })) writeOut(piece);
    }
  } finally {
    quiet();
  }
}
