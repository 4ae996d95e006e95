/**
 * Jobs to stdout.
 *
 * @module
 */

import type { JobView } from "../queue/job.ts";
import { jobTable, STATE_COLUMN } from "./job_table.ts";
import { printJson } from "./output.ts";
import { printTable } from "./print_table.ts";
import { readsStdout } from "./terminal.ts";

/** Prints jobs as a table, or as a JSON array in which each says whether it is held, and what it waits for. */
export async function printJobs(jobs: readonly JobView[], json: boolean): Promise<void> {
  if (json) printJson(jobs.map((job) => ({ held: false, waits_for: [], ...job })));
  else await printTable(jobTable(jobs, Date.now(), readsStdout()), STATE_COLUMN);
}
