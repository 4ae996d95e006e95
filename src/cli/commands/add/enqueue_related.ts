/**
 * `enqueue` of a job for which other jobs matter, by its ID, key, dependencies or resources, or of
 * a job that has an input.
 *
 * @module
 */

import type { Job, JobInput } from "../../../format/job.ts";
import { KeyTakenError } from "../../../moves/enqueue.ts";
import { captureIfAsked } from "../../args/capture.ts";
import { resolveAfter } from "../../args/after_ids.ts";
import { refusedIfNew } from "../../args/new_queue.ts";
import { openOrMakeQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { later } from "../../../text/later.ts";
import { seeToWorker } from "./see_to_worker.ts";
import { existingView, note, printAdded, printAnswer } from "../../terminal/output.ts";

/** Adds a job and prints its ID; if its key is taken, the ID of the job that has it. */
export async function enqueueRelated(call: Invocation, input: JobInput): Promise<number | void> {
  const queue = await openOrMakeQueue(call, refusedIfNew([input]));
  if (input.after) resolveAfter(queue, [input]);
  await captureIfAsked(call, queue.store, [input]);
  let job: Job;
  try {
    if (input.stdin === true) {
      const { enqueueWithStdin } = await import(
        later("./job_stdin.ts")
      ) as typeof import("./job_stdin.ts");
      job = await enqueueWithStdin(queue, input);
    } else job = await queue.enqueue(input);
  } catch (error) {
    if (!(error instanceof KeyTakenError)) throw error;
    note(`nothing was added: ${error.message}`);
    printAnswer(call.json, existingView(queue, error.id), error.id);
    return call.options.has("unique-fail") ? 1 : 0;
  }
  printAdded(job, call.json);
  await seeToWorker(call, queue.store, [input]);
}
