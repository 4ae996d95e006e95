/**
 * One job to stdout, whole.
 *
 * @module
 */

import type { JobView } from "../queue/job.ts";
import type { Queue } from "../queue/queue.ts";
import { jobLines } from "./job_text.ts";
import { printJson, printLines } from "./output.ts";
import { coloursStdout } from "./terminal.ts";

/** Prints everything about a job, or its JSON with its state. */
export async function printJob(queue: Queue, job: JobView, json: boolean): Promise<void> {
  if (json) return printJson(job);
  const paint = coloursStdout() ? (await import("./state_colour.ts")).paintState : undefined;
  printLines(jobLines(job, queue.logPath(job.id), Date.now(), paint));
}
