/**
 * A job as a table shows it.
 *
 * @module
 */

import { hasRun, type JobView, outcomeWord } from "../../../mod.ts";
import type { JobRow } from "../api.ts";

/**
 * The row of a job.
 *
 * @param isDead Whether a worker died, and its jobs wait for the next.
 */
export function jobRow(job: JobView, isDead: (worker: string) => boolean = () => false): JobRow {
  const last = job.history.at(-1);
  const isLost = job.running !== undefined && isDead(job.running.worker);
  const waits = isLost ? "worker died" : waitsOf(job);
  const worker = job.running?.worker ?? (last && hasRun(last) ? last.worker : undefined);
  const { id, command, state, priority, attempts, max_retries, progress } = job;
  const { label, tags, group } = job;
  return {
    ...{ id, command, state, priority, attempts, max_retries },
    ...{ created_at: job.created_at, run_at: job.run_at, updated_at: job.updated_at },
    ...(label !== undefined && { label }),
    ...(tags !== undefined && { tags }),
    ...(group !== undefined && { group }),
    ...(last && {
      outcome: outcomeWord(last),
      exit_code: last.exit_code,
      signal: last.signal,
      ...(hasRun(last) && { duration_ms: last.duration_ms }),
    }),
    ...(worker !== undefined && { worker }),
    ...(waits !== undefined && { waits }),
    ...(progress && { progress }),
  };
}

/**
 * Why a job waits: `suspended`, `ended, not recorded yet`, `held`, `until …`, `after a, b`,
 * `resource gpu`; `undefined` if it does not.
 */
function waitsOf(job: JobView): string | undefined {
  if (typeof job.malformed === "string") return job.malformed;
  if (job.unrecorded) return "ended, not recorded yet";
  if (job.suspended) return "suspended";
  if (job.state !== "pending" && job.state !== "failed") return undefined;
  if (job.held) return "held";
  if (job.waits_for) return `after ${job.waits_for.join(", ")}`;
  if (job.no_worker !== undefined) return `no worker ${job.no_worker}`;
  if (job.limited_by === "concurrency") return "concurrency";
  if (job.limited_by?.includes("group ")) return job.limited_by;
  if (job.limited_by !== undefined) return `resource ${job.limited_by}`;
  return Date.parse(job.run_at) > Date.now() ? `until ${job.run_at}` : undefined;
}
