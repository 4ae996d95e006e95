/**
 * `queuectl show`: everything about a job.
 *
 * @module
 */

import { putBackAbandoned } from "../../../control/abandoned_edits.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { hideSecrets } from "../../terminal/output.ts";
import { printJob } from "../../text/print_job.ts";

/** Prints a job and each of its attempts. */
export async function show(call: Invocation): Promise<void> {
  const queue = await openQueue(call);
  if (call.options.has("secrets")) hideSecrets(undefined);
  await putBackAbandoned(queue);
  await printJob(queue, queue.find(call.words[0]!), call.json);
}
