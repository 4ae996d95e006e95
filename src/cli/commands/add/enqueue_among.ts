/**
 * Adding a job that other jobs matter to: it has an ID or a key of its own choice, waits for some, or
 * needs a resource; or one that has an input.
 *
 * @module
 */

import { KeyTakenError } from "../../../moves/enqueue.ts";
import type { Job, JobInput } from "../../../format/job.ts";
import type { Queue } from "../../../queue.ts";
import { resolveAfter } from "../../args/after_ids.ts";
import { type Invocation, later } from "../../table/command.ts";
import { existingView, print, printAdded, printJson, say } from "../../terminal/output.ts";
import { openOrMakeQueue } from "../../args/open_queue.ts";

/** Adds a job and prints its ID; if its key is taken, the ID of the job that has it. */
export async function enqueueAmong(call: Invocation, input: JobInput): Promise<number | void> {
  const queue = await openOrMakeQueue(call);
  if (input.after) resolveAfter(queue, [input]);
  let job: Job;
  try {
    job = await added(queue, input);
  } catch (error) {
    if (!(error instanceof KeyTakenError)) throw error;
    say(`queuectl: nothing was added: ${error.message}`);
    if (call.json) printJson(existingView(queue, error.id));
    else print(error.id);
    return call.options.has("unique-fail") ? 1 : 0;
  }
  printAdded(job, call.json);
}

async function added(queue: Queue, input: JobInput): Promise<Job> {
  if (input.stdin !== true) return await queue.enqueue(input);
  const { enqueueWithStdin } = await import(
    later("./job_stdin.ts")
  ) as typeof import("./job_stdin.ts");
  return await enqueueWithStdin(queue, input);
}
