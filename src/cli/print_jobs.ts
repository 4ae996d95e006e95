/**
 * Jobs to stdout.
 *
 * @module
 */

import type { JobView } from "../queue/job.ts";
import { jobTable, STATE_COLUMN } from "./job_table.ts";
import { printJson } from "./output.ts";
import { printTable } from "./print_table.ts";

/** Prints jobs as a table, or as a JSON array. */
export async function printJobs(jobs: readonly JobView[], json: boolean): Promise<void> {
  if (json) printJson(jobs);
  else await printTable(jobTable(jobs, Date.now()), STATE_COLUMN);
}
