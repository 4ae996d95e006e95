/**
 * The setting `pause_on_failure`: the first job that dies pauses the queue.
 *
 * @module
 */

import { wasCancelled } from "../format/job.ts";
import type { Settlement } from "../moves/settle.ts";
import { ring } from "../store/ring.ts";
import { flushChange, isPaused, type Store } from "../store/store.ts";
import { placeFile } from "../store/temporary_files.ts";

/**
 * Pauses the queue if a job dies that nobody has cancelled, and the setting says so.
 *
 * @returns Resolves when that is durable; `undefined` if nothing is paused for this job.
 */
export function pauseOnFailure(
  store: Store,
  { state, job }: Settlement,
): Promise<void> | undefined {
  if (!store.config.pause_on_failure || state !== "dead" || wasCancelled(job)) return undefined;
  if (isPaused(store)) return Promise.resolve();
  const reason = new TextEncoder().encode(`job ${job.id} died\n`);
  placeFile(store, `${store.dir}/paused`, reason);
  ring(store);
  return flushChange(store, [store.dir], "the queue was paused");
}
