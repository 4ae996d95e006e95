/**
 * One job to stdout, whole.
 *
 * @module
 */

import type { JobView } from "../../format/job.ts";
import type { Queue } from "../../queue.ts";
import { waitersOf } from "../../constraints/waiters.ts";
import { jobLines } from "./job_text.ts";
import { relationLines } from "./relation_lines.ts";
import { printJson, printLines } from "../terminal/output.ts";
import { progressBar } from "../terminal/progress_bar.ts";
import { coloursStdout, readsStdout } from "../terminal/terminal.ts";

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
