/**
 * Calling off a job, whether it waits or runs, on whatever machine.
 *
 * @module
 */

import { cancelWaiting } from "./change_waiting.ts";
import { matchingEntries } from "../contents/listing.ts";
import { QueueError } from "../text/errors.ts";
import { waitForMove } from "../inspect/follow.ts";
import type { JobView } from "../format/job.ts";
import { isEditor } from "../format/names.ts";
import { requestCancel, seeWorkers } from "../contents/presence.ts";
import type { Queue } from "../queue.ts";
import { recoverEditor } from "../recovery/recover.ts";
import { releaseChildren } from "../constraints/dependencies.ts";

/** How often to wait, some two seconds each, for someone who is changing the job. */
const MOST_WAITS = 3;

/**
 * Cancels a job: one that waits goes to dead/ at once; of one that runs the process group gets SIGTERM, then
 * SIGKILL after `kill_grace`, and it goes to dead/ with outcome `cancelled`.
 *
 * @param id Its whole ID.
 * @returns The job as it has ended.
 * @throws {QueueError} If it has ended already, or its worker is dead and no other takes over.
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
export async function cancelJob(queue: Queue, id: string): Promise<JobView> {
  const { store } = queue;
  let asked = false;
  let waits = 0;
  for (;;) {
    const entry = matchingEntries(store, id).find((match) => match.id === id);
    if (!entry) {
      const job = queue.get(id);
      if (!job) throw new QueueError(`no job ${id} (see: queuectl list)`);
      continue;
    }
    const { state } = entry;
    if (state === "pending" || state === "failed") {
      await cancelWaiting(store, { ...entry, state });
      // Whatever came of it is looked up again.
      const job = queue.get(id);
      if (job?.state === "dead") {
        await releaseChildren(store, id);
        return job;
      }
    } else if (state === "processing") {
      const worker = entry.worker!;
      if (isEditor(worker)) {
        if (await recoverEditor(store, worker)) continue;
        if (++waits > MOST_WAITS) {
          throw new QueueError(
            `job ${id} is being changed by another command; try again when that is over`,
          );
        }
        await waitForMove(queue, entry);
        continue;
      }
      const alive = seeWorkers(store).some((seen) => seen.name === worker && seen.alive);
      if (!alive && queue.workers().length === 0) {
        throw new QueueError(
          `job ${id} was run by ${worker}, which is dead; start a worker to recover it, or see: ` +
            `queuectl doctor --repair`,
        );
      }
      if (alive) {
        // Asked again each time around, in case that it did not hear.
        requestCancel(store, worker, id);
        asked = true;
      }
      await waitForMove(queue, entry);
    } else {
      const job = queue.get(id);
      if (!job) continue;
      if (asked && job.history.at(-1)?.outcome === "cancelled") return job;
      throw new QueueError(`job ${id} has ended already: it is ${state}`);
    }
  }
}
