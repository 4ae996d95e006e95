/**
 * `queuectl release`: lets held jobs go.
 *
 * @module
 */

import { releaseJob } from "../../../control/waiting_jobs.ts";
import type { Invocation } from "../../table/command.ts";
import { eachJob } from "./each_job.ts";

/** Lets held jobs go; prints their IDs. */
export function release(call: Invocation): Promise<number> {
  return eachJob(call, releaseJob);
}
