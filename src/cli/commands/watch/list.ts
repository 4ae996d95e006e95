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
import { say } from "../../terminal/output.ts";
import { readsStdout } from "../../terminal/terminal.ts";
import { printJobs } from "../../text/print_job.ts";
import { newestJobs } from "./newest_jobs.ts";

/** How many done jobs a program gets by default. */
const DONE_SHOWN = 10;

/** Lists the newest jobs, newest last: to a person 30, to a program all but most done ones. */
export async function list(call: Invocation): Promise<void> {
  const given = call.options.whole("limit", 0, 1e15);
  const selection = selectionOf(call);
  const queue = await openQueue(call);
  await putBackAbandoned(queue);
  if (call.json || !readsStdout()) {
    const jobs = selection ? queue.list({ ...selection, limit: given }) : openJobs(queue, given);
    return printJobs(queue, jobs, call.json);
  }
  const { jobs, total, more } = await newestJobs(queue, selection, given);
  printJobs(queue, jobs, false, total);
  if (more !== undefined) say(more);
}

/** All jobs that are not done, and the last few done. */
function openJobs(queue: Queue, limit: number | undefined): JobView[] {
  const open = queue.list({ states: JOB_STATES.filter((state) => state !== "done"), limit });
  const done = queue.list({ states: ["done"], limit: limit ?? DONE_SHOWN });
  // A job that ended between the two calls is in both lists.
  const ended = new Set(done.map(({ id }) => id));
  const jobs = [...open.filter(({ id }) => !ended.has(id)), ...done];
  jobs.sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at));
  return limit === undefined ? jobs : limit === 0 ? [] : jobs.slice(-limit);
}
