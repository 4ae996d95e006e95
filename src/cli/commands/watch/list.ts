/**
 * `queuectl list`: a table of jobs.
 *
 * @module
 */

import { putBackAbandoned } from "../../../control/abandoned_edits.ts";
import type { JobView } from "../../../format/job.ts";
import { JOB_STATES, type JobState } from "../../../format/names.ts";
import type { Selection } from "../../../inspect/selection.ts";
import type { Queue } from "../../../queue.ts";
import { openQueue } from "../../args/open_queue.ts";
import { selectionOf } from "../../args/selection.ts";
import type { Invocation } from "../../table/command.ts";
import { say } from "../../terminal/output.ts";
import { readsStdout } from "../../terminal/terminal.ts";
import { printJobs } from "../../text/print_job.ts";

/** How many jobs a person sees by default. */
const SHOWN = 30;

/** How many done jobs a program gets by default. */
const DONE_SHOWN = 10;

/** How many jobs are in each state. */
type StateCounts = Partial<Record<JobState, number>>;

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
  const limit = given ?? (selection?.all ? Infinity : SHOWN);
  const jobs = queue.list({ ...selection, limit });
  const counts = queue.counts();
  printJobs(queue, jobs, false, Object.values(counts).reduce((sum, count) => sum + count));
  if (jobs.length < limit) return;
  const { delayed, ...rest } = counts;
  const there = selection
    ? await countsOf(queue, selection)
    : { ...rest, pending: counts.pending + delayed };
  sayMore(jobs, there);
}

/** How many jobs a selection means, by state. */
async function countsOf(queue: Queue, selection: Selection): Promise<StateCounts> {
  const counts: StateCounts = {};
  for await (const { state } of queue.select(selection)) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
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

/** Says how many more jobs there are, in which states, and how to see them. */
function sayMore(jobs: readonly JobView[], there: StateCounts): void {
  const more = JOB_STATES.map((state) => {
    const count = (there[state] ?? 0) - jobs.filter((job) => job.state === state).length;
    return { state, count };
  }).filter(({ count }) => count > 0);
  const sum = more.reduce((sum, { count }) => sum + count, 0);
  if (sum === 0) return;
  const which = more.map(({ state, count }) => `${count} ${state}`).join(", ");
  say(`… and ${sum} more (${which}): --limit ${Math.min(1000, jobs.length + sum)}, or --all`);
}
