/**
 * Pages of the table of jobs.
 *
 * @module
 */

import type { JobPages } from "../../../mod.ts";
import type { JobsPage, JobsQuery } from "../api.ts";
import { jobRow } from "./job_row.ts";

/** A page as the API answers it. */
export async function jobsPage(pages: JobPages, query: JobsQuery): Promise<JobsPage> {
  const { jobs, next, total, searched } = await pages.page(query);
  return {
    jobs: jobs.map(({ job, last_line }) => ({
      ...jobRow(job),
      ...(last_line !== undefined && { last_line }),
    })),
    next,
    total,
    ...(searched !== undefined && { searched }),
  };
}
