/**
 * Jobs to stdout: one with all its fields, or a table of several.
 *
 * @module
 */

import { waitersOf } from "../../constraints/waiters.ts";
import { type JobView, wasCancelled } from "../../format/job.ts";
import { lastLineOf } from "../../inspect/brief_view.ts";
import { withCommands } from "../../inspect/running_commands.ts";
import type { Queue } from "../../queue.ts";
import { statePaint } from "../terminal/colours.ts";
import { printJson, printLines } from "../terminal/output.ts";
import { printTable } from "../terminal/table.ts";
import { coloursStdout, readsStdout } from "../terminal/terminal.ts";
import { deathText } from "./attempt_text.ts";
import { personTable, programTable, STATE_COLUMN, type WaitsText } from "./job_table.ts";
import { jobLines } from "./job_text.ts";
import { standstillOf, waitsText } from "./waits_text.ts";

/** What `--json` always has, also of a job that lacks it. */
const NOT_WAITING = { held: false, waits_for: [] };

/** Prints everything about a job, or its JSON with its state. */
export async function printJob(queue: Queue, job: JobView, json: boolean): Promise<void> {
  const [running] = await withCommands(queue, [job]);
  const waiters = waitersOf(queue.store, job.id);
  const waiting = waitsText(queue, job, standstillOf(queue), (id) => id);
  if (json) {
    const view = { ...NOT_WAITING, ...job, ...running, waiting: waiting || null };
    return printJson({ ...view, waited_for_by: waiters });
  }
  const lines = jobLines(job, {
    running: running?.running,
    waiting,
    log: queue.logPath(job.id),
    now: Date.now(),
    paint: statePaint(),
    asBar: readsStdout(),
    waiters,
    stateOf: (id) => queue.get(id)?.state,
  });
  printLines(lines, coloursStdout());
}

/**
 * Prints jobs as a table for a person or a program, or as a JSON array.
 *
 * @param total How many jobs the queue has.
 */
export function printJobs(
  queue: Queue,
  jobs: readonly JobView[],
  json: boolean,
  total: number = 0,
): void {
  const standstill = standstillOf(queue);
  const waits: WaitsText = (job, idText) => waitsText(queue, job, standstill, idText);
  if (json) {
    const waiting = (job: JobView) => waits(job, (id) => id) || null;
    printJson(jobs.map((job) => ({ ...NOT_WAITING, ...job, waiting: waiting(job) })));
  } else if (readsStdout()) printTable(personTable(jobs, Date.now(), waits, total), STATE_COLUMN);
  else printTable(programTable(jobs, Date.now(), waits), STATE_COLUMN);
}

/**
 * Prints dead jobs likewise, each with why it is dead and the last line that it printed, in JSON
 * also with whether it was cancelled.
 */
export function printDeadJobs(
  queue: Queue,
  jobs: readonly JobView[],
  json: boolean,
  total: number = 0,
): void {
  const lastLine = (job: JobView) => lastLineOf(queue.store, job);
  const output = ["OUTPUT", lastLine] as const;
  if (json) {
    printJson(jobs.map((job) => ({
      ...{ ...NOT_WAITING, ...job, cancelled: wasCancelled(job) },
      ...{ how: deathText(job), last_line: lastLine(job) },
    })));
  } else if (readsStdout()) {
    printTable(personTable(jobs, Date.now(), () => "", total, [output]), STATE_COLUMN);
  } else {
    const more = [output, ["HOW", deathText]] as const;
    printTable(programTable(jobs, Date.now(), () => "", more), STATE_COLUMN);
  }
}
