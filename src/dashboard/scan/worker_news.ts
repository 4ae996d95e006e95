/**
 * What became of workers: those that live, and what those that died have left.
 *
 * @module
 */

import { diedWorkers, isStopped, type Queue } from "../../../mod.ts";
import type { WorkerRow } from "../api.ts";

/** The IDs of what each worker has claimed. */
export type JobsOfWorkers = ReadonlyMap<string, readonly string[]>;

/** The live workers, each with what it runs. */
export function workerRows(queue: Queue, jobs: JobsOfWorkers): WorkerRow[] {
  return queue.workers().map((worker) => {
    const { name, host, pid, slots, started_at, version, tags = [], only } = worker;
    const running = [...jobs.get(name) ?? []];
    return {
      ...{ name, host, pid, slots, busy: Math.min(running.length, slots), started_at, version },
      tags,
      ...(only !== undefined && { only }),
      ...(isStopped(worker) && { stopped: true as const }),
      running,
    };
  });
}

/** The dead workers among those that have jobs; looks only if one of them is not alive. */
export function deadAmong(
  queue: Queue,
  live: readonly WorkerRow[],
  jobs: JobsOfWorkers,
): ReadonlySet<string> {
  const names = new Set(live.map(({ name }) => name));
  const others = [...jobs.keys()].filter((name) => !names.has(name));
  if (others.length === 0) return new Set();
  const died = diedWorkers(queue);
  return new Set(others.filter((name) => died.has(name)));
}

/** Says whether a worker died; looks once, and only if it is asked. */
export function deathCheck(queue: Queue): (worker: string) => boolean {
  let died: ReadonlySet<string> | undefined;
  return (worker) => (died ??= diedWorkers(queue)).has(worker);
}
