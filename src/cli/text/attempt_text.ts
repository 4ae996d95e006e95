/**
 * Attempts in words.
 *
 * @module
 */

import type { Attempt, Job, JobView } from "../../format/job.ts";
import { formatAge } from "../terminal/relative_time.ts";
import { visibleText } from "../terminal/visible_text.ts";

/** A wait that is shorter is none, in milliseconds. */
const AT_ONCE = 500;

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

/**
 * What to say of an attempt that was not the last: `attempt 1: exit 3, again in 2s`.
 *
 * @param job The job as it is after that attempt or later ones.
 * @returns `undefined` if nothing follows the attempt, or nothing but what somebody asked for.
 */
export function retryText(attempt: Attempt, job: JobView, now: number): string | undefined {
  const isLast = attempt === job.history.at(-1);
  if (attempt.outcome === "done" || attempt.outcome === "cancelled") return undefined;
  // Not the job's state: while it is being settled it counts as processing still.
  if (isLast && (attempt.led_to === "done" || attempt.led_to === "dead")) return undefined;
  const wait = isLast && attempt.led_to === "failed" ? Date.parse(job.run_at) - now : 0;
  const again = wait < AT_ONCE ? "again at once" : `again in ${formatAge(wait + AT_ONCE)}`;
  return `attempt ${attempt.attempt}: ${visibleText(outcomeText(attempt))}, ${again}`;
}
