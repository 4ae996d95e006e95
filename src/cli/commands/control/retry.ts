/**
 * `queuectl retry`: runs jobs again, now.
 *
 * @module
 */

import type { Invocation } from "../../table/command.ts";
import { eachJob } from "./each_job.ts";

/** Makes jobs ready that have ended or wait for their retry; prints their IDs. */
export function retry(call: Invocation): Promise<number> {
  return eachJob(call, (queue, id) => queue.requeue(id));
}
