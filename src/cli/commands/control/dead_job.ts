/**
 * Jobs in the dead letter queue: finding them, and how they came there.
 *
 * @module
 */

import { QueueError } from "../../../text/errors.ts";
import type { JobView } from "../../../format/job.ts";
import type { Queue } from "../../../queue.ts";

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
