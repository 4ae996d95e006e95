/**
 * Jobs to stdout: one with all its fields, or a table of several.
 *
 * @module
 */

import { waitersOf } from "../../constraints/waiters.ts";
import type { JobView } from "../../format/job.ts";
import type { Queue } from "../../queue.ts";
import { printJson, printLines } from "../terminal/output.ts";
import { progressBar } from "../terminal/progress_bar.ts";
import { printTable } from "../terminal/table.ts";
import { coloursStdout, readsStdout } from "../terminal/terminal.ts";
import { deathText, wasCancelled } from "./attempt_text.ts";
import { jobTable, STATE_COLUMN } from "./job_table.ts";
import { jobLines, relationLines } from "./job_text.ts";

/** Prints everything about a job, or its JSON with its state. */
export async function printJob(queue: Queue, job: JobView, json: boolean): Promise<void> {
  const children = waitersOf(queue.store, job.id);
  if (json) return printJson({ held: false, waits_for: [], ...job, waited_for_by: children });
  const paint = coloursStdout()
    ? (await import("../terminal/state_colour.ts")).paintState
    : undefined;
  const stateOf = (id: string) => queue.get(id)?.state;
  const relations = relationLines(job, children, stateOf);
  if (job.progress && readsStdout()) {
    relations.unshift("progress".padEnd(12) + progressBar(job.progress, 30, 78));
    delete job.progress;
  }
  printLines(
    jobLines(job, queue.logPath(job.id), Date.now(), paint, relations),
    paint !== undefined,
  );
}

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
