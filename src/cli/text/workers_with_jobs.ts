/**
 * Live workers and what each runs.
 *
 * @module
 */

import type { SeenWorker } from "../../contents/presence.ts";
import { suspendedAmong } from "../../inspect/running_jobs.ts";
import type { Queue } from "../../queue.ts";

/** A live worker as `--json` shows it, with the IDs of the jobs that it runs. */
export type WorkerWithJobs =
  & Pick<SeenWorker, "name" | "host" | "pid" | "slots" | "started_at" | "tags" | "only">
  & { jobs: string[]; suspended?: string[] };

/** The live workers, and what each runs. */
export function workersWithJobs(queue: Queue): WorkerWithJobs[] {
  return queue.workers().map(({ name, host, pid, slots, started_at, tags, only }) => {
    const jobs = queue.jobsOf(name);
    const suspended = suspendedAmong(queue, name, jobs);
    return {
      ...{ name, host, pid, slots, started_at },
      ...(tags !== undefined && { tags }),
      ...(only !== undefined && { only }),
      jobs,
      ...(suspended.length > 0 && { suspended }),
    };
  });
}
