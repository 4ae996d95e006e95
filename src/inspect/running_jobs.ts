/**
 * The jobs that run now.
 *
 * @module
 */

import { entries } from "../contents/entries.ts";
import { isSuspended, isUnrecorded, readProgress } from "../contents/job_output_files.ts";
import type { Progress } from "../format/progress.ts";
import type { OpenQueue } from "../store/store.ts";
import { readBriefly } from "./brief_view.ts";

/** A running job. */
export interface RunningView {
  /** Its ID. */
  id: string;
  /** Its command. */
  command: string;
  /** The worker that runs it. */
  worker: string;
  /** When it was claimed, in milliseconds since 1970. */
  since: number;
  /** How far it says that it has come. */
  progress?: Progress;
  /** Whether it is suspended; missing if not. */
  suspended?: boolean;
}

/** Which of some jobs that a worker runs are suspended. */
export function suspendedAmong(
  { store }: OpenQueue,
  worker: string,
  ids: readonly string[],
): string[] {
  return ids.filter((id) => isSuspended(store, worker, id));
}

/** Which of some jobs that a worker has in hand have ended, and could not be recorded yet. */
export function unrecordedAmong(
  { store }: OpenQueue,
  worker: string,
  ids: readonly string[],
): string[] {
  return ids.filter((id) => isUnrecorded(store, worker, id));
}

/** What runs. */
export interface RunningJobs {
  /** How many jobs run. */
  count: number;
  /** The IDs of those of each worker. */
  ofWorker: Map<string, string[]>;
  /** The longest running ones, the longest first. */
  longest: RunningView[];
}

/**
 * The jobs that run now; reads the files of the longest running ones.
 *
 * @param most How many of those at most. Default: 100.
 *
 * @example
 * ```ts
 * import { Queue, runningJobs } from "../../mod.ts";
 *
 * const { count, longest } = runningJobs(await Queue.open("/tmp/example-queue"));
 * console.log(count, longest[0]?.command);
 * ```
 */
export function runningJobs({ store }: OpenQueue, most = 100): RunningJobs {
  const claimed = [...entries(store, "processing")].sort((a, b) => a.time - b.time);
  const ofWorker = new Map<string, string[]>();
  for (const { id, worker = "" } of claimed) {
    const ids = ofWorker.get(worker);
    if (ids) ids.push(id);
    else ofWorker.set(worker, [id]);
  }
  const longest: RunningView[] = [];
  for (const entry of claimed.slice(0, most)) {
    const { id, worker = "", time: since } = entry;
    const job = readBriefly(store, entry);
    if (!job) continue;
    const progress = readProgress(store, worker, id);
    longest.push({
      ...{ id, command: job.command, worker, since },
      ...(progress && { progress }),
      ...(isSuspended(store, worker, id) && { suspended: true }),
    });
  }
  return { count: claimed.length, ofWorker, longest };
}
