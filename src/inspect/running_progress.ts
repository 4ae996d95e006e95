/**
 * How far a running job has come, whoever runs it.
 *
 * @module
 */

import { entries } from "../contents/entries.ts";
import { type Progress, readProgress } from "../format/progress.ts";
import type { Queue } from "../queue.ts";

/**
 * How far a job has come, if it runs and says so. Looks only at what runs, however much waits.
 *
 * @param id Its whole ID.
 */
export function progressOf({ store }: Queue, id: string): Progress | undefined {
  for (const entry of entries(store, "processing")) {
    if (entry.id === id && entry.worker) return readProgress(store, entry.worker, id);
  }
}
