/**
 * `queuectl hold`: holds jobs.
 *
 * @module
 */

import { holdJob } from "../../../control/waiting_jobs.ts";
import type { Invocation } from "../../table/command.ts";
import { eachJob } from "./each_job.ts";

/** Holds waiting jobs until they are released; prints their IDs. */
export function hold(call: Invocation): Promise<number> {
  return eachJob(call, holdJob);
}
