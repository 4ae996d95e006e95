/**
 * `queuectl wait`: until jobs have ended.
 *
 * @module
 */

import type { JobView } from "../../../format/job.ts";
import { SELECTABLE_STATES } from "../../../format/names.ts";
import { UsageError } from "../../../text/errors.ts";
import { parseDuration } from "../../args/duration_option.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { untilInterrupted } from "../../terminal/interrupt.ts";
import { note, printJson } from "../../terminal/output.ts";
import { counted } from "../../text/counted.ts";
import { namedJobs, refuseUnknown, selectionOrIds } from "../control/each_of.ts";
import { awaitJobs } from "./await_jobs.ts";

/** The exit status of a wait that ran out of time, as of timeout(1). */
const OUT_OF_TIME = 124;

/** The longest that a timer can be set to, in seconds. */
const LONGEST_WAIT = 24 * 24 * 60 * 60;

/** Waits until each job is done or dead; exits with 0 only if all are done, else says which. */
export async function wait(call: Invocation): Promise<number> {
  const limit = call.options.text("timeout");
  const seconds = limit === undefined ? undefined : parseDuration(limit, "--timeout");
  if (seconds !== undefined && seconds > LONGEST_WAIT) {
    throw new UsageError(`--timeout must be at most 24d, not "${limit}"`);
  }
  const all = selectionOrIds(call, { fitting: SELECTABLE_STATES, usual: undefined });
  const grows = !call.options.has("state") && !call.options.has("all");
  const selection = all && grows ? { ...all, states: undefined } : all;
  const queue = await openQueue(call);
  if (selection) await refuseUnknown(queue, selection);
  const named = selection ? undefined : await namedJobs(queue, call.words);
  const jobs = new Map<string, JobView>();
  return await untilInterrupted(async (interrupted) => {
    const time = seconds === undefined ? undefined : AbortSignal.timeout(seconds * 1000);
    const signal = time ? AbortSignal.any([interrupted, time]) : interrupted;
    const { ids, done, left } = await awaitJobs(queue, selection ?? [...named!.ids], {
      signal,
      ...(call.json && { ended: (job) => jobs.set(job.id, job) }),
    });
    if (selection && ids.length === 0) note("no job is meant; there is nothing to wait for");
    if (call.json && !interrupted.aborted) {
      printJson(ids.map((id) => jobs.get(id)).filter((job) => job !== undefined));
    }
    if (time?.aborted && left > 0) {
      const have = left === 1 ? "has" : "have";
      note(`${left} of ${counted(ids.length, "job")} ${have} not ended within ${limit}`);
      return OUT_OF_TIME;
    }
    return named?.status === 1 || done < ids.length ? 1 : 0;
  });
}
