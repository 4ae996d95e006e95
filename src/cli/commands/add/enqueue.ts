/**
 * `queuectl enqueue`: adds a job.
 *
 * @module
 */

import { UsageError } from "../../../text/errors.ts";
import { locateQueue } from "../../../store/locate_queue.ts";
import { openStore } from "../../../store/open_store.ts";
import { waitingFiles } from "../../../fs/portable_files.ts";
import { enqueuePlain, isPlain } from "../../../moves/publish.ts";
import { type Invocation, later } from "../../table/command.ts";
import { jobOfCall } from "../../args/job_words.ts";
import { printAdded, say } from "../../terminal/output.ts";

/** Adds a job, or with `--file` many, and prints its ID once it is durable. */
export async function enqueue(call: Invocation): Promise<number | void> {
  if (call.options.has("file")) {
    const { enqueueFile } = await import(
      later("./enqueue_file.ts")
    ) as typeof import("./enqueue_file.ts");
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
      later("./enqueue_among.ts")
    ) as typeof import("./enqueue_among.ts");
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
