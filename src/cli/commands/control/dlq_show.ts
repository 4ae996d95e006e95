/**
 * `queuectl dlq show`: everything about a dead job.
 *
 * @module
 */

import type { Invocation } from "../../table/command.ts";
import { findDead } from "./dead_job.ts";
import { printJob } from "../../text/print_job.ts";
import { openQueue } from "../../args/open_queue.ts";

/** Prints a dead job and each of its attempts. */
export async function dlqShow(call: Invocation): Promise<void> {
  const queue = await openQueue(call);
  await printJob(queue, findDead(queue, call.words[0]!), call.json);
}
