/**
 * `queuectl list`: a table of jobs.
 *
 * @module
 */

import { putBackAbandoned } from "../../../control/abandoned_edits.ts";
import type { JobView } from "../../../format/job.ts";
import { JOB_STATES } from "../../../format/names.ts";
import type { Queue } from "../../../queue.ts";
import { openQueue } from "../../args/open_queue.ts";
import { selectionOf } from "../../args/selection.ts";
import type { Invocation } from "../../table/command.ts";
import { printJobs } from "../../text/print_job.ts";

/** How many done jobs are shown by default. */
const DONE_SHOWN = 10;

/** Lists the jobs that options choose, or all not done and the last few done; newest last. */
export async function list(call: Invocation): Promise<void> {
  const limit = call.options.whole("limit", 0, 1e15);
  const selection = selectionOf(call);
  const queue = await openQueue(call);
  await putBackAbandoned(queue);
  const jobs = selection ? queue.list({ ...selection, limit }) : recentJobs(queue, limit);
  printJobs(jobs, call.json);
}

function recentJobs(queue: Queue, limit: number | undefined): JobView[] {
  const open = queue.list({ states: JOB_STATES.filter((state) => state !== "done"), limit });
  const done = queue.list({ states: ["done"], limit: limit ?? DONE_SHOWN });
  // A job that ended between the two calls is in both lists.
  const ended = new Set(done.map(({ id }) => id));
  const jobs = [...open.filter(({ id }) => !ended.has(id)), ...done];
  jobs.sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
  return limit === undefined ? jobs : limit === 0 ? [] : jobs.slice(-limit);
}
