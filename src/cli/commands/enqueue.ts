/**
 * `queuectl enqueue`: adds a job.
 *
 * @module
 */

import { KeyTakenError } from "../../queue/enqueue.ts";
import { UsageError } from "../../queue/errors.ts";
import type { Job } from "../../queue/job.ts";
import { Queue } from "../../queue/queue.ts";
import type { Invocation } from "../command.ts";
import { jobOfCall } from "../job_words.ts";
import { print, printJson, say } from "../output.ts";

/** Adds a job, or with `--file` many, and prints its ID once it is durable. */
export async function enqueue(call: Invocation): Promise<number | void> {
  if (call.options.has("file")) {
    return (await import("../enqueue_file.ts")).enqueueFile(call);
  }
  if (call.options.has("skip")) throw new UsageError("--skip needs --file");
  const input = await jobOfCall(call);
  const queue = await Queue.open(call.dir);
  if (input.after) (await import("../after_ids.ts")).resolveAfter(queue, [input]);
  let job: Job;
  try {
    job = await queue.enqueue(input);
  } catch (error) {
    if (!(error instanceof KeyTakenError)) throw error;
    say(`queuectl: nothing was added: ${error.message}`);
    if (call.json) printJson(queue.get(error.id) ?? { id: error.id });
    else print(error.id);
    return call.options.has("unique-fail") ? 1 : 0;
  }
  if (call.json) printJson({ ...job, state: "pending" });
  else print(job.id);
}
