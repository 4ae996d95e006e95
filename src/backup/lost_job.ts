/**
 * A job that ran when a backup was made.
 *
 * @module
 */

import type { Entry } from "../contents/entries.ts";
import { type Attempt, forgetLastEnd, type Job } from "../format/job.ts";

/** A job that ran, as it is held: with an attempt of which nobody knows how it ended. */
export function lostJob(job: Job, { worker, time }: Entry, now: number, logEnd: number): Job {
  forgetLastEnd(job);
  const at = new Date(now).toISOString();
  const attempt: Attempt = {
    attempt: job.history.length + 1,
    worker: worker!,
    started_at: new Date(time).toISOString(),
    finished_at: at,
    duration_ms: Math.max(0, now - time),
    exit_code: null,
    signal: null,
    outcome: "lost",
    log_offset: job.history.at(-1)?.log_end ?? 0,
    led_to: "pending",
    log_end: logEnd,
    reason: "it ran when a backup was made, so it may have ended since",
  };
  return {
    ...job,
    attempts: job.attempts + 1,
    updated_at: at,
    history: [...job.history, attempt],
  };
}
