/**
 * Attempts in words.
 *
 * @module
 */

import type { Attempt, Job } from "../../format/job.ts";

/** How an attempt ended: `exit 0`, `SIGKILL`, `timeout`, `lost (its worker died)`. */
export function outcomeText(attempt: Partial<Attempt>): string {
  if (attempt.outcome === "timeout") return "timeout";
  if (attempt.outcome === "lost") return "lost (its worker died)";
  if (attempt.outcome === "cancelled") return "cancelled";
  if (attempt.signal) return attempt.signal;
  // What was written by hand may lack any field.
  if (typeof attempt.exit_code === "number") return `exit ${attempt.exit_code}`;
  return attempt.reason ?? attempt.outcome ?? "unknown";
}

/** Whether a dead job is dead because someone cancelled it, and not because it failed. */
export function wasCancelled(job: Job): boolean {
  // A reason stands for an attempt: the job died later, without having run again.
  return job.reason === undefined && job.history.at(-1)?.outcome === "cancelled";
}

/** How a dead job came to be dead: `exit 3`, `timeout`, `cancelled`, `never ran`, `not a job`. */
export function deathText(job: Job): string {
  if (typeof job.malformed === "string") return "not a job";
  const last = job.reason === undefined ? job.history.at(-1) : undefined;
  return last ? outcomeText(last) : "never ran";
}
