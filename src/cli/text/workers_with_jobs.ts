/**
 * Live workers and what each runs.
 *
 * @module
 */

import type { SeenWorker } from "../../contents/presence.ts";
import { type Silence, silenceOf, silenceText } from "../../inspect/silent_workers.ts";
import { visibleText } from "../../text/shown_text.ts";
import { suspendedAmong } from "../../inspect/running_jobs.ts";
import type { Queue } from "../../queue.ts";

/** A live worker as `--json` shows it, with the IDs of the jobs that it runs. */
export type WorkerWithJobs =
  & Pick<SeenWorker, "name" | "host" | "pid" | "slots" | "started_at" | "tags" | "only">
  & { jobs: string[]; suspended?: string[] }
  & Silence;

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
      ...silenceOf(queue, worker),
    };
  });
}

/** A sentence for each worker that does nothing: what is wrong, and what to type. */
export function silentLines(workers: readonly WorkerWithJobs[]): string[] {
  return workers.flatMap((worker) => {
    const [problem, remedy] = silenceText(worker, worker) ?? [];
    return problem === undefined ? [] : [visibleText(`${problem} (${remedy})`)];
  });
}
