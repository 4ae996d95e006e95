/**
 * Jobs to stdout.
 *
 * @module
 */

import type { JobView } from "../../format/job.ts";
import { deathText, wasCancelled } from "./attempt_text.ts";
import { jobTable, STATE_COLUMN } from "./job_table.ts";
import { printJson } from "../terminal/output.ts";
import { printTable } from "../terminal/print_table.ts";
import { readsStdout } from "../terminal/terminal.ts";

/** Prints jobs as a table, or as a JSON array in which each says whether it is held, and what it waits for. */
export async function printJobs(jobs: readonly JobView[], json: boolean): Promise<void> {
  if (json) printJson(jobs.map((job) => ({ held: false, waits_for: [], ...job })));
  else await printTable(jobTable(jobs, Date.now(), readsStdout()), STATE_COLUMN);
}

/** Prints dead jobs likewise, and of each whether it was cancelled or how else it came to be dead. */
export async function printDeadJobs(jobs: readonly JobView[], json: boolean): Promise<void> {
  if (json) {
    printJson(jobs.map((job) => ({
      held: false,
      waits_for: [],
      ...job,
      cancelled: wasCancelled(job),
    })));
  } else await printTable(jobTable(jobs, Date.now(), readsStdout(), deathText), STATE_COLUMN);
}
