/**
 * Jobs in the dead letter queue: finding them, and how they came there.
 *
 * @module
 */

import { QueueError } from "../../../text/errors.ts";
import type { Job, JobView } from "../../../format/job.ts";
import type { Queue } from "../../../queue.ts";
import { outcomeText } from "../../text/attempt_text.ts";

/**
 * The dead job that a text means.
 *
 * @throws {QueueError} If no job matches, several do, or the one is not dead.
 */
export function findDead(queue: Queue, text: string): JobView {
  const job = queue.find(text);
  if (job.state === "dead") return job;
  throw new QueueError(`job ${job.id} is ${job.state}, not in the dead letter queue`);
}

/** Whether a dead job is dead because someone cancelled it, and not because it failed. */
export function wasCancelled(job: Job): boolean {
  // A reason stands for an attempt: the job died later, without having run again.
  return job.reason === undefined && job.history.at(-1)?.outcome === "cancelled";
}

/** How a dead job came to be dead: `exit 3`, `timeout`, `cancelled`, `never ran`, `not a job`. */
export function deathText(job: Job): string {
  if (typeof job.malformed === "string") return "not a job";
  const last = job.reason === undefined ? job.history.at(-1) : undefined;
  return last ? outcomeText(last) : "never ran";
}
