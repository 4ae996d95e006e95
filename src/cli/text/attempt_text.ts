/**
 * Attempts in words.
 *
 * @module
 */

import { type Attempt, type Job, type JobView, outcomeWord } from "../../format/job.ts";
import { visibleText } from "../../text/shown_text.ts";
import { formatAge } from "../terminal/relative_time.ts";

/** How an attempt ended: `exit 0`, `SIGKILL`, `timeout`, `lost (its worker died)`. */
export function outcomeText(attempt: Partial<Attempt>): string {
  if (attempt.outcome === "lost") return "lost (its worker died)";
  if (attempt.outcome === "timeout") return attempt.outcome;
  if (attempt.outcome === "cancelled") return outcomeWord(attempt)!;
  if (attempt.outcome === "failed" && attempt.reason !== undefined) return attempt.reason;
  if (attempt.signal) return attempt.signal;
  // An attempt that was written by hand may lack any field.
  if (typeof attempt.exit_code === "number") return `exit ${attempt.exit_code}`;
  return attempt.reason ?? attempt.outcome ?? "unknown";
}

/** Why a dead job is dead: `exit 3`, `timeout`, `cancelled`, `never ran`, `not a job`. */
export function deathText(job: Job): string {
  if (typeof job.malformed === "string") return "not a job";
  const last = job.reason === undefined ? job.history.at(-1) : undefined;
  return last ? outcomeText(last) : "never ran";
}

/** When a job runs again, `wait` milliseconds from now: `again at once`, `again in 2s`. */
export function againText(wait: number): string {
  return wait < 500 ? "again at once" : `again in ${formatAge(wait + 500)}`;
}

/**
 * What to say of an attempt that another follows: `attempt 1: exit 3, again in 2s`.
 *
 * @param job The job after that attempt or later ones.
 * @returns `undefined` if no attempt follows, or only one that a person asked for.
 */
export function retryText(attempt: Attempt, job: JobView, now: number): string | undefined {
  if (attempt.outcome === "done" || attempt.outcome === "cancelled") return undefined;
  const isLast = attempt === job.history.at(-1);
  // The job's state does not say this: until the job is settled it counts as processing.
  if (isLast && (attempt.led_to === "done" || attempt.led_to === "dead")) return undefined;
  const wait = isLast && attempt.led_to === "failed" ? Date.parse(job.run_at) - now : 0;
  return `attempt ${attempt.attempt}: ${visibleText(outcomeText(attempt))}, ${againText(wait)}`;
}
