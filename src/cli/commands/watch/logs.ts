/**
 * `queuectl logs`: what a job printed, byte for byte.
 *
 * @module
 */

import { QueueError } from "../../../text/errors.ts";
import { followLog } from "../../../inspect/follow.ts";
import type { Queue } from "../../../queue.ts";
import type { Invocation } from "../../table/command.ts";
import { followAttempt, printAttempt, printLog } from "./log_output.ts";
import { say, writeOut } from "../../terminal/output.ts";
import { sayWhyItWaits } from "../add/why_it_waits.ts";
import { openQueue } from "../../args/open_queue.ts";

/** Prints what a job printed, in all its attempts or one; with `--follow` until it ends. */
export async function logs(call: Invocation): Promise<void> {
  const attempt = call.options.whole("attempt", 1, 1e9);
  const follow = call.options.has("follow");
  const queue = await openQueue(call);
  const job = queue.find(call.words[0]!);
  if (attempt !== undefined) {
    // The run that goes on now, or is the next to come, is not in the history yet.
    const runs = job.history.length + (job.state === "processing" || follow ? 1 : 0);
    if (attempt > runs) {
      const has = runs === 0
        ? "has not run yet"
        : `has run ${runs === 1 ? "once" : `${runs} times`}`;
      throw new QueueError(`job ${job.id} ${has}; there is no attempt ${attempt}`);
    }
    if (follow) await whileSaying(queue, job.id, () => followAttempt(queue, job.id, attempt));
    else printAttempt(queue, job, attempt);
  } else if (follow) {
    await whileSaying(queue, job.id, async () => {
      for await (const piece of followLog(queue, job.id)) writeOut(piece);
    });
  } else if (!printLog(queue, job.id)) {
    say(`queuectl: job ${job.id} has printed nothing yet`);
  }
}

/** Follows a job, and says meanwhile why it does not run. */
async function whileSaying(queue: Queue, id: string, follow: () => Promise<void>): Promise<void> {
  const quiet = sayWhyItWaits(queue, [id]);
  try {
    await follow();
  } finally {
    quiet();
  }
}
