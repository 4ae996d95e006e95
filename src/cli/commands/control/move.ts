/**
 * `queuectl move`: changes the order of waiting jobs.
 *
 * @module
 */

import { UsageError } from "../../../text/errors.ts";
import { moveJob } from "../../../control/waiting_jobs.ts";
import type { Invocation } from "../../table/command.ts";
import { eachJob } from "./each_job.ts";
import { optionValue, readyAtOf } from "../../args/job_options.ts";

/** Gives waiting jobs another priority or time; prints their IDs. */
export async function move(call: Invocation): Promise<number> {
  const { options } = call;
  const priority = optionValue(options, "priority") as number | undefined;
  const at = readyAtOf(options, Date.now());
  if (priority === undefined && at === undefined) {
    throw new UsageError("move needs --priority N, --at TIME or --delay DUR");
  }
  return await eachJob(call, (queue, id) => moveJob(queue, id, { priority, at }));
}
