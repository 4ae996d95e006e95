/**
 * `queuectl schedule run`: a schedule's job, now.
 *
 * @module
 */

import { runSchedule } from "../../../schedules/manage_schedules.ts";
import type { Invocation } from "../../table/command.ts";
import { printAdded } from "../../terminal/output.ts";
import { openQueue } from "../../args/open_queue.ts";

/** Adds a schedule's job now and prints its ID; when it is due next stays as it is. */
export async function scheduleRun(call: Invocation): Promise<void> {
  const queue = await openQueue(call);
  const job = await runSchedule(queue, call.words[0]!);
  printAdded(job, call.json);
}
