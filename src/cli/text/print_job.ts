/**
 * Jobs to stdout: one with all its fields, or a table of several.
 *
 * @module
 */

import { waitersOf } from "../../constraints/waiters.ts";
import { type JobView, wasCancelled } from "../../format/job.ts";
import type { Queue } from "../../queue.ts";
import { statePaint } from "../terminal/colours.ts";
import { printJson, printLines } from "../terminal/output.ts";
import { printTable } from "../terminal/table.ts";
import { coloursStdout, readsStdout } from "../terminal/terminal.ts";
import { deathText } from "./attempt_text.ts";
import { jobTable, STATE_COLUMN } from "./job_table.ts";
import { jobLines } from "./job_text.ts";

/** What `--json` always has, also of a job that lacks it. */
const NOT_WAITING = { held: false, waits_for: [] };

/** Prints everything about a job, or its JSON with its state. */
export function printJob(queue: Queue, job: JobView, json: boolean): void {
  const waiters = waitersOf(queue.store, job.id);
  if (json) return printJson({ ...NOT_WAITING, ...job, waited_for_by: waiters });
  const lines = jobLines(job, {
    log: queue.logPath(job.id),
    now: Date.now(),
    paint: statePaint(),
    asBar: readsStdout(),
    waiters,
    stateOf: (id) => queue.get(id)?.state,
  });
  printLines(lines, coloursStdout());
}

/** Prints jobs as a table, or as a JSON array. */
export function printJobs(jobs: readonly JobView[], json: boolean): void {
  if (json) printJson(jobs.map((job) => ({ ...NOT_WAITING, ...job })));
  else printTable(jobTable(jobs, Date.now(), readsStdout()), STATE_COLUMN);
}

/** Prints dead jobs likewise, each with why it is dead, in JSON with whether it was cancelled. */
export function printDeadJobs(jobs: readonly JobView[], json: boolean): void {
  if (json) {
    printJson(jobs.map((job) => ({ ...NOT_WAITING, ...job, cancelled: wasCancelled(job) })));
  } else printTable(jobTable(jobs, Date.now(), readsStdout(), deathText), STATE_COLUMN);
}
