/**
 * `queuectl show`: everything about a job.
 *
 * @module
 */

import { Queue } from "../../queue/queue.ts";
import type { Invocation } from "../command.ts";
import { printJob } from "../print_job.ts";

/** Prints a job and each of its attempts. */
export async function show(call: Invocation): Promise<void> {
  const queue = await Queue.open(call.dir);
  await printJob(queue, queue.find(call.words[0]!), call.json);
}
