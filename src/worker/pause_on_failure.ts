/**
 * The setting `pause_on_failure`: the first job that dies pauses the queue.
 *
 * @module
 */

import { wasCancelled } from "../format/job.ts";
import type { Settlement } from "../moves/settle.ts";
import { ring } from "../store/ring.ts";
import { isPaused, type Store } from "../store/store.ts";
import { placeFile } from "../store/temporary_files.ts";

/** Pauses the queue if a job dies that nobody has cancelled, and the setting says so. */
export function pauseOnFailure(store: Store, { state, job }: Settlement): boolean {
  if (!store.config.pause_on_failure || state !== "dead" || wasCancelled(job)) return false;
  if (isPaused(store)) return true;
  const reason = new TextEncoder().encode(`job ${job.id} died\n`);
  placeFile(store, `${store.dir}/paused`, reason);
  ring(store);
  return true;
}
