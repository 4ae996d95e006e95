/**
 * `queuectl wait`: until jobs have ended.
 *
 * @module
 */

import { waitForEnd } from "../../../inspect/follow.ts";
import type { JobView } from "../../../format/job.ts";
import { quotedWord } from "../../../text/shown_text.ts";
import { outcomeText } from "../../text/attempt_text.ts";
import type { Invocation } from "../../table/command.ts";
import { namedJobs } from "../control/each_of.ts";
import { printJson, say } from "../../terminal/output.ts";
import { sayWhyItWaits } from "../add/why_it_waits.ts";
import { openQueue } from "../../args/open_queue.ts";

/** Waits until each job is done or dead. 0 only if all are done; says which are not. */
export async function wait(call: Invocation): Promise<number> {
  const queue = await openQueue(call);
  const { ids, status: unknown } = await namedJobs(queue, call.words);
  let status = unknown;
  const quiet = sayWhyItWaits(queue, ids);
  const jobs = await Promise.all([...ids].map(async (id) => {
    const job = await waitForEnd(queue, id);
    if (job?.state === "done") return job;
    status = 1;
    say(`queuectl: job ${id} ${job ? howItDied(job) : "was removed before it ended"}`);
    return job;
  })).finally(quiet);
  if (call.json) printJson(jobs.filter((job) => job !== undefined));
  return status;
}

function howItDied(job: JobView): string {
  if (job.reason !== undefined) return `is dead: ${job.reason}`;
  const last = job.history.at(-1);
  return last
    ? `is dead: ${outcomeText(last)} (see: queuectl logs ${quotedWord(job.id)})`
    : "is dead";
}
