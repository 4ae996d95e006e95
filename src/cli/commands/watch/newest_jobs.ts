/**
 * The jobs that a person sees of a long list, and how many more there are.
 *
 * @module
 */

import type { JobView } from "../../../format/job.ts";
import { JOB_STATES, type JobState } from "../../../format/names.ts";
import type { Selection } from "../../../inspect/selection.ts";
import type { Queue } from "../../../queue.ts";

/** How many jobs a person sees by default. */
const SHOWN = 30;

/** How many jobs are in each state. */
type StateCounts = Partial<Record<JobState, number>>;

/** What a person sees. */
export interface NewestJobs {
  /** The newest jobs, newest last. */
  jobs: JobView[];
  /** How many jobs the queue has, whichever were asked for. */
  total: number;
  /** How many more were asked for, in which states, and how to see them; missing if none. */
  more?: string;
}

/**
 * The newest jobs that a selection means. Reads the files of no others, unless names alone do not
 * say which are meant.
 *
 * @param selection Default: all jobs.
 * @param given The limit that was given. Default: 30; none, if all are asked for.
 */
export async function newestJobs(
  queue: Queue,
  selection: Selection | undefined,
  given: number | undefined,
): Promise<NewestJobs> {
  const limit = given ?? (selection?.all ? Infinity : SHOWN);
  const jobs = queue.list({ ...selection, limit });
  const counts = queue.counts();
  const total = Object.values(counts).reduce((sum, count) => sum + count);
  if (jobs.length < limit) return { jobs, total };
  const { delayed, ...rest } = counts;
  const there = selection
    ? await countsOf(queue, selection)
    : { ...rest, pending: counts.pending + delayed };
  return { jobs, total, more: moreText(jobs, there) };
}

async function countsOf(queue: Queue, selection: Selection): Promise<StateCounts> {
  const counts: StateCounts = {};
  for await (const { state } of queue.select(selection)) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

function moreText(jobs: readonly JobView[], there: StateCounts): string | undefined {
  const more = JOB_STATES.map((state) => {
    const count = (there[state] ?? 0) - jobs.filter((job) => job.state === state).length;
    return { state, count };
  }).filter(({ count }) => count > 0);
  const sum = more.reduce((sum, { count }) => sum + count, 0);
  if (sum === 0) return undefined;
  const which = more.map(({ state, count }) => `${count} ${state}`).join(", ");
  return `… and ${sum} more (${which}): --limit ${Math.min(1000, jobs.length + sum)}, or --all`;
}
