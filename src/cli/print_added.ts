/**
 * What is printed of a job that has just been added.
 *
 * @module
 */

import { QueueError } from "../queue/errors.ts";
import type { Job } from "../queue/job.ts";
import { reasonOf } from "../queue/open_store.ts";
import { OutputError, print, printJson } from "./output.ts";

/**
 * Prints the ID of a job that is in the queue, or with `json` all of it.
 *
 * @throws {QueueError} If nothing can be printed: it says that the job was added, lest someone add it again.
 */
export function printAdded(job: Job, json: boolean): void {
  try {
    if (json) printJson({ ...job, state: "pending" });
    else print(job.id);
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) throw error;
    const reason = error instanceof OutputError ? error.cause : error;
    throw new QueueError(
      `job ${job.id} was added, though that could not be printed: ${reasonOf(reason)}`,
    );
  }
}
