/**
 * Orphans: commands of a worker of this machine that another machine has taken for dead and
 * recovered. It could not end them, and the jobs have been run again since, or will be.
 *
 * @module
 */

import { jobWithId } from "../../inspect/find_job.ts";
import { type JobRun, killSurvivors, runsHere } from "../../process/survivors.ts";
import type { Store } from "../../store/store.ts";

/**
 * Kills each process on this machine of an attempt that is recorded as `lost`. What else has the
 * mark of a job stays: it runs, its end is not recorded yet, or it was left running on purpose; and
 * so does what has the mark of another queue under the same path.
 */
export async function endOrphans(store: Store): Promise<void> {
  for (const [worker, runs] of await runsHere(store.dir)) {
    const lost = runs.filter((run) => wasLost(store, worker, run));
    await killSurvivors(worker, lost);
  }
}

function wasLost(store: Store, worker: string, { id, attempt }: JobRun): boolean {
  return jobWithId(store, id)?.history.some((recorded) =>
    recorded.outcome === "lost" && recorded.worker === worker && recorded.attempt === attempt
  ) ?? false;
}
