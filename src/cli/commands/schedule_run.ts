/**
 * `queuectl schedule run`: a schedule's job, now.
 *
 * @module
 */

import { refuseUntrusted } from "../../queue/open_store.ts";
import { Queue } from "../../queue/queue.ts";
import { runSchedule } from "../../queue/schedules.ts";
import type { Invocation } from "../command.ts";
import { printAdded } from "../output.ts";

/** Adds a schedule's job now and prints its ID; when it is due next stays as it is. */
export async function scheduleRun(call: Invocation): Promise<void> {
  const queue = await Queue.open(call.dir);
  refuseUntrusted(queue.store);
  const job = await runSchedule(queue, call.words[0]!);
  printAdded(job, call.json);
}
