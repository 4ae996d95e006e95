/**
 * Live workers and what each runs.
 *
 * @module
 */

import type { Queue } from "../../queue.ts";

/** A live worker, as `--json` shows it. */
export interface WorkerWithJobs {
  /** Its name, `HOST-PID-RANDOM`. */
  name: string;
  /** The machine it runs on. */
  host: string;
  /** Its process there. */
  pid: number;
  /** How many jobs it runs at once. */
  slots: number;
  /** ISO 8601 in UTC. */
  started_at: string;
  /** The only job that it runs, if it is that of a `queuectl run`. */
  only?: string;
  /** The IDs of the jobs that it runs now. */
  jobs: string[];
}

/** The live workers, and what each runs. */
export function workersWithJobs(queue: Queue): WorkerWithJobs[] {
  return queue.workers().map(({ name, host, pid, slots, started_at, only }) => ({
    name,
    host,
    pid,
    slots,
    started_at,
    ...(only !== undefined && { only }),
    jobs: queue.jobsOf(name),
  }));
}
