/**
 * `queuectl enqueue`: adds a job.
 *
 * @module
 */

import { UsageError } from "../../queue/errors.ts";
import { locateQueue } from "../../queue/locate_queue.ts";
import { openStore } from "../../queue/open_store.ts";
import { waitingFiles } from "../../queue/plain_files.ts";
import { enqueuePlain, isPlain } from "../../queue/publish.ts";
import { type Invocation, later } from "../command.ts";
import { jobOfCall } from "../job_words.ts";
import { printAdded, say } from "../output.ts";

/** Adds a job, or with `--file` many, and prints its ID once it is durable. */
export async function enqueue(call: Invocation): Promise<number | void> {
  if (call.options.has("file")) {
    const { enqueueFile } = await import(
      later("../enqueue_file.ts")
    ) as typeof import("../enqueue_file.ts");
    return await enqueueFile(call);
  }
  for (const option of ["skip", "null", "no-comments"]) {
    if (call.options.has(option)) throw new UsageError(`--${option} needs --file`);
  }
  const input = await jobOfCall(call);
  // The job that is added most often needs nothing that knows of other jobs: loading it would take
  // as long as adding the job.
  if (!isPlain(input)) {
    const { enqueueAmong } = await import(
      later("../enqueue_among.ts")
    ) as typeof import("../enqueue_among.ts");
    return await enqueueAmong(call, input);
  }
  const place = locateQueue(call.dir);
  const store = await openStore(place, {
    files: waitingFiles,
    ofAnyUser: call.ofAnyUser,
    created: () => say(`queuectl: made a new queue, ${place.dir}`),
  });
  const job = await enqueuePlain(store, input);
  printAdded(job, call.json);
}
