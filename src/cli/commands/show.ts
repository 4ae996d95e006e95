/**
 * `queuectl show`: everything about a job.
 *
 * @module
 */

import type { Invocation } from "../command.ts";
import { printJob } from "../print_job.ts";
import { openQueue } from "../open_queue.ts";

/** Prints a job and each of its attempts. */
export async function show(call: Invocation): Promise<void> {
  const queue = await openQueue(call);
  await printJob(queue, queue.find(call.words[0]!), call.json);
}
