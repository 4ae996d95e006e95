/**
 * `queuectl enqueue`: adds a job.
 *
 * @module
 */

import { waitingFiles } from "../../../fs/portable_files.ts";
import { enqueuePlain, isPlain } from "../../../moves/publish.ts";
import { locateQueue } from "../../../store/locate_queue.ts";
import { openStore } from "../../../store/open_store.ts";
import { UsageError } from "../../../text/errors.ts";
import { captureIfAsked } from "../../args/capture.ts";
import { jobOfCall } from "../../args/job_words.ts";
import { refusedIfNew } from "../../args/new_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { later } from "../../../text/later.ts";
import { seeToWorker } from "./see_to_worker.ts";
import { hideSecrets, printAdded, sayMade } from "../../terminal/output.ts";

/** A word as an ID that queuectl has given, or the end of one, looks; hardly any program's name. */
const ID_LIKE = /^[0-9A-HJKMNP-TV-Z]{4,26}$/;

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
  if (call.words.length === 1 && ID_LIKE.test(call.words[0]!)) {
    const { refuseJobId } = await import(
      later("./refuse_job_id.ts")
    ) as typeof import("./refuse_job_id.ts");
    await refuseJobId(call);
  }
  // A plain job needs no code that knows other jobs: loading it takes as long as adding the job.
  if (!isPlain(input)) {
    const { enqueueRelated } = await import(
      later("./enqueue_related.ts")
    ) as typeof import("./enqueue_related.ts");
    return await enqueueRelated(call, input);
  }
  const place = locateQueue(call.dir);
  const store = await openStore(place, {
    files: waitingFiles,
    ofAnyUser: call.ofAnyUser,
    making: refusedIfNew([input]),
    ...sayMade(place.dir),
  });
  if (call.json) {
    const { shownVariable } = await import(
      later("../../../format/secrets.ts")
    ) as typeof import("../../../format/secrets.ts");
    hideSecrets(shownVariable(store.config.secret_names));
  }
  await captureIfAsked(call, store, [input]);
  printAdded(await enqueuePlain(store, input), call.json);
  await seeToWorker(call, store, [input]);
}
