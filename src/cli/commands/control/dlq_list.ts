/**
 * `queuectl dlq list`: a table of dead jobs.
 *
 * @module
 */

import type { Invocation } from "../../table/command.ts";
import { printDeadJobs } from "../../text/print_jobs.ts";
import { openQueue } from "../../args/open_queue.ts";

/** Lists the jobs that are out of retries, cancelled or malformed; newest last. */
export async function dlqList(call: Invocation): Promise<void> {
  const limit = call.options.whole("limit", 0, 1e15);
  const queue = await openQueue(call);
  await printDeadJobs(queue.list({ states: ["dead"], limit }), call.json);
}
