/**
 * `queuectl hold`: holds jobs.
 *
 * @module
 */

import { holdJob } from "../../queue/waiting_jobs.ts";
import type { Invocation } from "../command.ts";
import { eachJob } from "../each_job.ts";

/** Holds waiting jobs until they are released; prints their IDs. */
export function hold(call: Invocation): Promise<number> {
  return eachJob(call, holdJob);
}
