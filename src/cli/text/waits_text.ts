/**
 * What a job waits for, in a few words.
 *
 * @module
 */

import type { JobView } from "../../format/job.ts";
import { formatAge } from "../terminal/relative_time.ts";

/** A longer ID is shown by its end, which names the job too. */
const LONGEST_ID = 12;

/**
 * What a waiting job waits for: `held`, the jobs that it comes after (`build, …X1D7HQ2M +3`), its
 * resource (or `concurrency`), a worker (`no worker with tag gpu`), or how long until it is due;
 * `suspended` for a running job that is; empty if it is ready, runs or is over.
 */
export function waitsText(job: JobView, now: number): string {
  if (job.suspended) return "suspended";
  if (job.state !== "pending" && job.state !== "failed") return "";
  if (job.held) return "held";
  if (job.waits_for) return idsText(job.waits_for);
  if (job.no_worker !== undefined) return `no worker ${job.no_worker}`;
  if (job.limited_by !== undefined) return job.limited_by;
  const wait = Date.parse(job.run_at) - now;
  return wait > 0 ? formatAge(wait + 999) : "";
}

function idsText(ids: readonly string[]): string {
  const shown = ids.slice(0, 2)
    .map((id) => id.length > LONGEST_ID ? `…${id.slice(-8)}` : id).join(", ");
  return ids.length > 2 ? `${shown} +${ids.length - 2}` : shown;
}
