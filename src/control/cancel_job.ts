/**
 * Cancelling a job, on whatever machine. A waiting job moves to dead/ here. For a running one this
 * leaves a request beside its worker's file in workers/; that worker reads it and kills the job.
 *
 * @module
 */

import { releaseChildren } from "../constraints/dependencies.ts";
import { seeWorkers } from "../contents/presence.ts";
import { requestCancel } from "../contents/requests.ts";
import type { Entry } from "../contents/entries.ts";
import { isUnrecorded, unrecordedText } from "../contents/job_output_files.ts";
import type { JobView } from "../format/job.ts";
import { entryAtRest } from "../inspect/entry_at_rest.ts";
import { waitForMove } from "../inspect/follow.ts";
import type { Queue } from "../queue.ts";
import { recoverEditor } from "../recovery/recover.ts";
import { ring } from "../store/ring.ts";
import { QueueError } from "../text/errors.ts";
import { cancelWaiting } from "../moves/change_waiting.ts";

/** How often to wait, some two seconds each, for the worker to record the end of a stopped job. */
const MOST_WAITS = 3;

/**
 * Cancels a job. One that waits goes to dead/ at once. One that runs gets SIGTERM, with all its
 * processes, and SIGKILL after `kill_grace`; it goes to dead/ with outcome `cancelled`.
 *
 * @param id Its whole ID.
 * @param seen Where it was seen last, which saves a look at all names.
 * @returns The job as it has ended.
 * @throws {QueueError} If it has ended already, if its worker cannot record its end, if its worker
 * is dead and no other is there to recover it, or if another command goes on changing it.
 *
 * @example
 * ```ts
 * import { cancelJob, Queue } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * const { id } = await queue.enqueue({ command: "sleep 1000" });
 * await cancelJob(queue, id);
 * ```
 */
export async function cancelJob(queue: Queue, id: string, seen?: Entry): Promise<JobView> {
  const { store } = queue;
  let asked = false;
  let waits = 0;
  for (;;) {
    const entry = await entryAtRest(store, id, seen, (editor) => recoverEditor(store, editor));
    seen = undefined;
    const { state, worker = "" } = entry;
    if (state === "pending" || state === "failed") {
      await cancelWaiting(store, { ...entry, state });
      // A worker may have been faster, so look again.
      const job = queue.get(id);
      if (job?.state !== "dead") continue;
      await releaseChildren(store, id);
      return job;
    }
    if (state !== "processing") {
      const job = queue.get(id);
      if (!job) continue;
      if (asked && job.history.at(-1)?.outcome === "cancelled") return job;
      throw new QueueError(`cannot cancel job ${id}: it has ended (${state})`);
    }
    if (seeWorkers(store).some((seen) => seen.name === worker && seen.alive)) {
      if (isUnrecorded(store, worker, id)) {
        if (!asked) throw new QueueError(unrecordedText(`cannot cancel job ${id}: it has ended`));
        // The disk may refuse but once, and the worker tries again.
        if (++waits > MOST_WAITS) throw new QueueError(unrecordedText(`job ${id} was stopped`));
      }
      // Asked again each time around, in case the worker missed it.
      requestCancel(store, worker, id);
      if (!asked) ring(store);
      asked = true;
    } else if (queue.workers().length === 0) {
      throw new QueueError(
        `cannot cancel job ${id}: its worker ${worker} is dead; start a worker to recover it, ` +
          "or run: queuectl doctor --repair",
      );
    }
    await waitForMove(queue, entry);
  }
}
