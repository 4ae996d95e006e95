/**
 * `queuectl schedule run`: a schedule's job, now.
 *
 * @module
 */

import { Queue } from "../../queue/queue.ts";
import { runSchedule } from "../../queue/schedules.ts";
import type { Invocation } from "../command.ts";
import { print, printJson } from "../output.ts";

/** Adds a schedule's job now and prints its ID; when it is due next stays as it is. */
export async function scheduleRun(call: Invocation): Promise<void> {
  const job = await runSchedule(await Queue.open(call.dir), call.words[0]!);
  if (call.json) printJson({ ...job, state: "pending" });
  else print(job.id);
}
