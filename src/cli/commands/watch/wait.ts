/**
 * `queuectl wait`: until jobs have ended.
 *
 * @module
 */

import type { JobView } from "../../../format/job.ts";
import { waitForEnd } from "../../../inspect/follow.ts";
import { quotedWord } from "../../../text/shown_text.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { note, printJson } from "../../terminal/output.ts";
import { outcomeText } from "../../text/attempt_text.ts";
import { namedJobs } from "../control/each_of.ts";
import { sayWhyTheyWait } from "./why_they_wait.ts";

/** Waits until each job is done or dead; exits with 0 only if all are done, else says which. */
export async function wait(call: Invocation): Promise<number> {
  const queue = await openQueue(call);
  const named = await namedJobs(queue, call.words);
  let status = named.status;
  const quiet = sayWhyTheyWait(queue, named.ids);
  const jobs = await Promise.all([...named.ids].map(async (id) => {
    const job = await waitForEnd(queue, id);
    if (job?.state === "done") return job;
    status = 1;
    note(`job ${id} ${job ? howItDied(job) : "was removed before it ended"}`);
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
