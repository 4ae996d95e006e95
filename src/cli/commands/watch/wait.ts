/**
 * `queuectl wait`: until jobs have ended.
 *
 * @module
 */

import type { JobView } from "../../../format/job.ts";
import { SELECTABLE_STATES } from "../../../format/names.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { untilInterrupted } from "../../terminal/interrupt.ts";
import { note, printJson } from "../../terminal/output.ts";
import { namedJobs, selectionOrIds } from "../control/each_of.ts";
import { awaitJobs } from "./await_jobs.ts";

/** Waits until each job is done or dead; exits with 0 only if all are done, else says which. */
export async function wait(call: Invocation): Promise<number> {
  const all = selectionOrIds(call, { fitting: SELECTABLE_STATES, usual: undefined });
  const grows = !call.options.has("state") && !call.options.has("all");
  const selection = all && grows ? { ...all, states: undefined } : all;
  const queue = await openQueue(call);
  const named = selection ? undefined : await namedJobs(queue, call.words);
  const jobs = new Map<string, JobView>();
  return await untilInterrupted(async (signal) => {
    const { ids, done } = await awaitJobs(queue, selection ?? [...named!.ids], {
      signal,
      ...(call.json && { ended: (job) => jobs.set(job.id, job) }),
    });
    if (selection && ids.length === 0) note("no job is meant; there is nothing to wait for");
    if (call.json && !signal.aborted) {
      printJson(ids.map((id) => jobs.get(id)).filter((job) => job !== undefined));
    }
    return named?.status === 1 || done < ids.length ? 1 : 0;
  });
}
