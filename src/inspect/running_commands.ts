/**
 * Where the jobs that run now run: worker, host and process.
 *
 * @module
 */

import { liveWorkers } from "../contents/presence.ts";
import type { JobView } from "../format/job.ts";
import { hostOf } from "../format/worker_names.ts";
import { diedWorkers } from "./died_workers.ts";
import { groupsHere } from "../process/survivors.ts";
import type { OpenQueue } from "../store/store.ts";

/** Where and since when a job runs. */
export interface RunningCommand {
  /** The worker that runs it. */
  worker: string;
  /** The worker's machine. */
  host: string;
  /** The process that leads the command's group; `null` if it is on another machine, or ending. */
  pid: number | null;
  /** When the job was claimed, ISO 8601 in UTC. */
  started_at: string;
  /** Milliseconds since then. */
  elapsed_ms: number;
  /** Whether its worker died, on this machine; missing if not. The next worker takes it back. */
  worker_died?: boolean;
}

/** A running job, and where it runs. */
export type RunningJob = JobView & { running: RunningCommand };

/**
 * Those of some jobs that run, each with where it runs. Looks once at the processes of this
 * machine.
 *
 * @example
 * ```ts
 * import { Queue, withCommands } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * const jobs = queue.list({ states: ["processing"] });
 * for (const { id, running } of await withCommands(queue, jobs)) {
 *   console.log(id, running.host, running.pid, running.elapsed_ms);
 * }
 * ```
 */
export async function withCommands(
  { store }: OpenQueue,
  jobs: readonly JobView[],
): Promise<RunningJob[]> {
  const claimed = jobs.flatMap((job) => job.running ? [{ job, running: job.running }] : []);
  if (claimed.length === 0) return [];
  const groups = await groupsHere(store.dir);
  const died = diedWorkers({ store });
  const hosts = new Map(liveWorkers(store).map(({ name, host }) => [name, host]));
  return claimed.map(({ job, running: { worker, started_at } }) => ({
    ...job,
    running: {
      worker,
      host: hosts.get(worker) ?? hostOf(worker),
      pid: groups.find((group) => group.worker === worker && group.id === job.id)?.pid ?? null,
      started_at,
      elapsed_ms: Math.max(0, store.now() - Date.parse(started_at)),
      ...(died.has(worker) && { worker_died: true }),
    },
  }));
}
