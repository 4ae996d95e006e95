/**
 * Pages of the table of jobs.
 *
 * @module
 */

import type { JobPages, Queue } from "../../../mod.ts";
import type { BulkAction, BulkFilter, JobsPage, JobsQuery } from "../api.ts";
import { isFor } from "../page/bulk_actions.ts";
import type { Matching } from "./scanner.ts";
import { jobRow } from "./job_row.ts";
import { deathCheck } from "./worker_news.ts";

/** A page as the API answers it. */
export async function jobsPage(
  queue: Queue,
  pages: JobPages,
  query: JobsQuery,
): Promise<JobsPage> {
  const { jobs, next, total, searched } = await pages.page(query);
  const isDead = deathCheck(queue);
  return {
    jobs: jobs.map(({ job, last_line }) => ({
      ...jobRow(job, isDead),
      ...(last_line !== undefined && { last_line }),
    })),
    next,
    total,
    ...(searched !== undefined && { searched }),
  };
}

/** The newest jobs of a filter that an action is for. */
export async function matchingJobs(
  pages: JobPages,
  { filter, action, most }: { filter: BulkFilter; action: BulkAction; most: number },
): Promise<Matching> {
  const query = { states: [], text: "", ...filter, sort: "created", order: "desc" } as const;
  const ids: string[] = [];
  let cursor: string | undefined;
  for (;;) {
    const { jobs, next } = await pages.page({ ...query, limit: 200, cursor });
    for (const { job } of jobs) {
      if (!isFor(action, jobRow(job))) continue;
      if (ids.length === most) return { ids, more: true };
      ids.push(job.id);
    }
    if (next === null) return { ids, more: false };
    cursor = next;
  }
}
