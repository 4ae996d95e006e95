/**
 * `queuectl cancel`: cancels jobs.
 *
 * @module
 */

import { cancelJob } from "../../../control/cancel_job.ts";
import type { JobView } from "../../../format/job.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { noteAfter, print, printJson } from "../../terminal/output.ts";
import { eachOf, namedJobs } from "./each_of.ts";

/** How long to wait before saying for what, in milliseconds. */
const NOTE_AFTER = 1000;

/** Cancels jobs that wait or run; prints their IDs once they are dead. */
export async function cancel(call: Invocation): Promise<number> {
  const queue = await openQueue(call);
  const named = await namedJobs(queue, call.words);
  let status = named.status;
  const open = new Set(named.ids);
  const cancelled: JobView[] = [];
  // All at once, as each running job may take its grace; reported below in the order given.
  const ends = new Map([...named.ids].map((id) => [id, cancelJob(queue, id)]));
  for (const end of ends.values()) end.catch(() => {});
  const quiet = noteAfter(
    NOTE_AFTER,
    () =>
      `waiting for ${
        [...open].join(", ")
      } to end: a command that ignores SIGTERM is killed after ` +
      `kill_grace; a worker that cannot record an end (a full disk?) says so itself`,
  );
  for (const [id, end] of ends) {
    const failed = await eachOf([id], async () => {
      cancelled.push(await end);
      if (!call.json) print(id);
    });
    status = Math.max(status, failed);
    open.delete(id);
  }
  quiet();
  if (call.json) printJson(cancelled);
  return status;
}
