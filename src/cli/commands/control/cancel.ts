/**
 * `queuectl cancel`: calls jobs off.
 *
 * @module
 */

import type { JobView } from "../../../format/job.ts";
import { cancelJob } from "../../../control/cancel_job.ts";
import type { Invocation } from "../../table/command.ts";
import { eachOf, namedJobs } from "./each_of.ts";
import { print, printJson, say } from "../../terminal/output.ts";
import { openQueue } from "../../args/open_queue.ts";

/** How long to wait before saying for what, in milliseconds. */
const TELL_AFTER = 3000;

/** Ends jobs that wait or run, for good; prints their IDs once they are dead. */
export async function cancel(call: Invocation): Promise<number> {
  const queue = await openQueue(call);
  const { ids, status: unknown } = await namedJobs(queue, call.words);
  let status = unknown;
  const cancelled: JobView[] = [];
  // All at once: each that runs may take its grace.
  const ends = [...ids].map((id) => {
    const end = cancelJob(queue, id);
    // Said below, in the order given.
    end.catch(() => {});
    return [id, end] as const;
  });
  const open = new Set(ids);
  const notice = setTimeout(() => {
    say(
      `queuectl: waiting for the end of ${
        [...open].join(", ")
      }: a command that does not heed SIGTERM is killed ` +
        `after kill_grace; a worker that cannot record an end (is its disk full?) says so itself`,
    );
  }, TELL_AFTER);
  for (const [id, end] of ends) {
    const failed = await eachOf([id], async () => {
      cancelled.push(await end);
      if (!call.json) print(id);
    });
    status = Math.max(status, failed);
    open.delete(id);
  }
  clearTimeout(notice);
  if (call.json) printJson(cancelled);
  return status;
}
