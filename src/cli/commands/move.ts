/**
 * `queuectl move`: changes the order of waiting jobs.
 *
 * @module
 */

import { UsageError } from "../../queue/errors.ts";
import { moveJob } from "../../queue/waiting_jobs.ts";
import type { Invocation } from "../command.ts";
import { eachJob } from "../each_job.ts";
import { parseTime } from "../when.ts";

/** Gives waiting jobs another priority or time; prints their IDs. */
export async function move(call: Invocation): Promise<number> {
  const { options } = call;
  const priority = options.whole("priority", 0, 9);
  const text = options.text("at");
  if (priority === undefined && text === undefined) {
    throw new UsageError("move needs --priority N or --at TIME, or both");
  }
  const at = text === undefined
    ? undefined
    : text === "now"
    ? Date.now()
    : parseTime(text, Date.now(), "--at");
  return await eachJob(call, (queue, id) => moveJob(queue, id, { priority, at }));
}
