/**
 * Telling that a job will be run again.
 *
 * @module
 */

import type { Attempt, JobView } from "../../format/job.ts";
import { outcomeText } from "./attempt_text.ts";
import { formatAge } from "../terminal/relative_time.ts";
import { visibleText } from "../terminal/visible_text.ts";

/** A wait that is shorter is none, in milliseconds. */
const AT_ONCE = 500;

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
