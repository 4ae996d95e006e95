/**
 * `queuectl start`: starts waiting jobs at once.
 *
 * @module
 */

import { signalJob } from "../../../control/signal_job.ts";
import { startJobNow } from "../../../control/waiting_jobs.ts";
import type { Queue } from "../../../queue.ts";
import type { Invocation } from "../../table/command.ts";
import { note } from "../../terminal/output.ts";
import { type Deed, eachJob } from "./each_of.ts";

const START: Deed = { verb: "start", past: "started", fitting: ["pending", "failed"] };

/** Starts waiting jobs at once, beyond the limits; resumes suspended ones. */
export async function start(call: Invocation): Promise<number> {
  let nobody = false;
  const status = await eachJob(call, START, async (queue, id) => {
    await startOrResume(queue, id);
    nobody ||= queue.workers().length === 0;
  });
  if (nobody) note("no worker is alive; the next one runs it first (queuectl worker start)");
  return status;
}

async function startOrResume(queue: Queue, id: string): Promise<void> {
  if (queue.get(id)?.suspended) await signalJob(queue, id, "SIGCONT");
  else await startJobNow(queue, id);
}
