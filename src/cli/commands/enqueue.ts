/**
 * `queuectl enqueue`: adds a job.
 *
 * @module
 */

import { UsageError } from "../../queue/errors.ts";
import { Queue } from "../../queue/queue.ts";
import type { Invocation } from "../command.ts";
import { jobOfCall } from "../job_words.ts";
import { print, printJson } from "../output.ts";

/** Adds a job, or with `--file` many, and prints its ID once it is durable. */
export async function enqueue(call: Invocation): Promise<void> {
  if (call.options.has("file")) {
    return (await import("../enqueue_file.ts")).enqueueFile(call);
  }
  if (call.options.has("skip")) throw new UsageError("--skip needs --file");
  const input = await jobOfCall(call);
  const queue = await Queue.open(call.dir);
  const job = await queue.enqueue(input);
  if (call.json) printJson({ ...job, state: "pending" });
  else print(job.id);
}
