/**
 * Why a waiting job does not run, in a few words.
 *
 * @module
 */

import { needsOf, needsText, unmeetable } from "../../constraints/needs.ts";
import { diedWorkers } from "../../inspect/died_workers.ts";
import type { JobView } from "../../format/job.ts";
import type { Queue } from "../../queue.ts";
import { formatAge } from "../terminal/relative_time.ts";

/** What keeps all ready jobs of a queue from running. */
export interface Standstill {
  /** Whether the queue is paused. */
  readonly paused: boolean;
  /** Whether a live worker runs whatever is ready. */
  readonly attended: boolean;
  /** Whether a worker has died, and its jobs wait for the next. */
  died(worker: string): boolean;
}

/** Whether all ready jobs of a queue wait. */
export function standstillOf(queue: Queue): Standstill {
  let all: Set<string> | undefined;
  const died = (worker: string) => (all ??= diedWorkers(queue)).has(worker);
  return { paused: queue.paused, attended: queue.isAttended(), died };
}

/** What is said of a job that has ended while its worker could not record that. */
export const UNRECORDED = "ended, not recorded yet (disk full?)";

/**
 * Why a job does not run on: `held`, `after build, test +3`, `in 5m`, `no worker with tag gpu`,
 * `queue paused`, `no worker`, `gpu taken`, `needs gpu=2` (if there are not as many at all), or
 * `queue full`, `group night full` or `paused group night`; `suspended` for a running job that is,
 * `worker died` and {@linkcode UNRECORDED} for those that only seem to run; empty if it is ready,
 * runs or is over.
 *
 * @param idText How an ID is shown.
 */
export function waitsText(
  queue: Queue,
  job: JobView,
  standstill: Standstill,
  idText: (id: string) => string,
): string {
  if (job.running && standstill.died(job.running.worker)) return "worker died";
  if (job.unrecorded) return UNRECORDED;
  if (job.suspended) return "suspended";
  if (job.state !== "pending" && job.state !== "failed") return "";
  if (job.held) return "held";
  if (job.waits_for) return `after ${idsText(job.waits_for.map(idText))}`;
  const wait = Date.parse(job.run_at) - Date.now();
  if (wait > 0) return `in ${formatAge(wait + 999)}`;
  if (job.no_worker !== undefined) return `no worker ${job.no_worker}`;
  if (standstill.paused) return "queue paused";
  if (!standstill.attended && !queue.isAttended(job.id)) return "no worker";
  const never = unmeetable(queue.store, needsOf(job));
  if (never) return `needs ${needsText([never])}`;
  if (job.limited_by === undefined) return "";
  if (job.limited_by.startsWith("paused ")) return job.limited_by;
  if (job.limited_by.startsWith("group ")) return `${job.limited_by} full`;
  return job.limited_by === "concurrency" ? "queue full" : `${job.limited_by} taken`;
}

function idsText(ids: readonly string[]): string {
  const shown = ids.slice(0, 2).join(", ");
  return ids.length > 2 ? `${shown} +${ids.length - 2}` : shown;
}
