/**
 * Live workers and what each runs.
 *
 * @module
 */

import type { SeenWorker } from "../../contents/presence.ts";
import type { Queue } from "../../queue.ts";

/** A live worker as `--json` shows it, with the IDs of the jobs that it runs. */
export type WorkerWithJobs =
  & Pick<SeenWorker, "name" | "host" | "pid" | "slots" | "started_at" | "tags" | "only">
  & { jobs: string[] };

/** The live workers, and what each runs. */
export function workersWithJobs(queue: Queue): WorkerWithJobs[] {
  return queue.workers().map(({ name, host, pid, slots, started_at, tags, only }) => ({
    name,
    host,
    pid,
    slots,
    started_at,
    ...(tags !== undefined && { tags }),
    ...(only !== undefined && { only }),
    jobs: queue.jobsOf(name),
  }));
}
