/**
 * One job to stdout, whole.
 *
 * @module
 */

import type { JobView } from "../queue/job.ts";
import type { Queue } from "../queue/queue.ts";
import { waitersOf } from "../queue/waiters.ts";
import { jobLines } from "./job_text.ts";
import { relationLines } from "./relation_lines.ts";
import { printJson, printLines } from "./output.ts";
import { progressBar } from "./progress_bar.ts";
import { coloursStdout, readsStdout } from "./terminal.ts";

/** Prints everything about a job, or its JSON with its state. */
export async function printJob(queue: Queue, job: JobView, json: boolean): Promise<void> {
  const children = waitersOf(queue.store, job.id);
  if (json) return printJson({ held: false, waits_for: [], ...job, waited_for_by: children });
  const paint = coloursStdout() ? (await import("./state_colour.ts")).paintState : undefined;
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
