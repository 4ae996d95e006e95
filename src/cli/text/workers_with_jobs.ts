/**
 * Live workers and what each runs.
 *
 * @module
 */

import type { SeenWorker } from "../../contents/presence.ts";
import { isStopped, stoppedText } from "../../inspect/stopped_workers.ts";
import { visibleText } from "../../text/shown_text.ts";
import { suspendedAmong } from "../../inspect/running_jobs.ts";
import type { Queue } from "../../queue.ts";

/** A live worker as `--json` shows it, with the IDs of the jobs that it runs. */
export type WorkerWithJobs =
  & Pick<SeenWorker, "name" | "host" | "pid" | "slots" | "started_at" | "tags" | "only">
  & { jobs: string[]; suspended?: string[]; stopped?: true };

/** The live workers, and what each runs. */
export function workersWithJobs(queue: Queue): WorkerWithJobs[] {
  return queue.workers().map((worker) => {
    const { name, host, pid, slots, started_at, tags, only } = worker;
    const jobs = queue.jobsOf(name);
    const suspended = suspendedAmong(queue, name, jobs);
    return {
      ...{ name, host, pid, slots, started_at },
      ...(tags !== undefined && { tags }),
      ...(only !== undefined && { only }),
      jobs,
      ...(suspended.length > 0 && { suspended }),
      ...(isStopped(worker) && { stopped: true as const }),
    };
  });
}

/** A sentence for each worker that is stopped: what is wrong, and what to type. */
export function stoppedLines(workers: readonly WorkerWithJobs[]): string[] {
  return workers.filter(({ stopped }) => stopped).map((worker) => {
    const [problem, remedy] = stoppedText(worker);
    return visibleText(`${problem} (${remedy})`);
  });
}
