/**
 * What becomes of a job when an attempt has ended. Values in, values out.
 *
 * @module
 */

import { retryDelay } from "../format/backoff.ts";
import type { Claim } from "../moves/claim.ts";
import type { Config } from "../format/settings.ts";
import type { Attempt, Job, Outcome } from "../format/job.ts";
import { parseStatuses } from "../format/field_checks.ts";
import type { SettledState } from "../format/names.ts";
import type { Settlement } from "../moves/settle.ts";
import type { Exit } from "../process/spawner.ts";

/** How an attempt went. */
export interface AttemptResult {
  /** When the command was started, in milliseconds since 1970. */
  startedAt: number;
  /** When it ended. */
  finishedAt: number;
  /** How long it took, in milliseconds, by a clock that nobody sets. */
  duration: number;
  /** How the command ended; `undefined` if it could not be started. */
  exit?: Exit;
  /**
   * Whether the worker ended it: it took too long, it is to be put back, someone cancelled it, or
   * it printed too much.
   */
  stopped?: "timeout" | "put back" | "cancelled" | "output";
  /** Why it could not be started, or was ended. */
  reason?: string;
  /** The size of the log afterwards, in bytes; missing if it could not be looked at. */
  logEnd?: number;
}

/**
 * Decides where a job goes after an attempt. Success: done/. Failure: failed/ until the delay of
 * {@linkcode retryDelay} is over, or dead/ after `max_retries + 1` attempts or an exit status that
 * it gives up on. Put back: pending/, not charged. Cancelled: dead/.
 *
 * @param random From 0 to 1; places a delay within its jitter.
 */
export function settlementOf(
  claim: Claim,
  result: AttemptResult,
  config: Config,
  random: number,
): Settlement {
  const { job } = claim;
  const { exit, stopped } = result;
  const outcome: Outcome = stopped === "put back" || stopped === "cancelled"
    ? "cancelled"
    : stopped === "timeout"
    ? "timeout"
    : exit?.code === 0 && stopped === undefined
    ? "done"
    : "failed";
  const uncharged = stopped === "put back" ||
    (outcome === "failed" && stopped === undefined && isTempfail(job, exit));
  const attempts = job.attempts + (uncharged ? 0 : 1);
  const state: SettledState = outcome === "done"
    ? "done"
    : stopped === "put back"
    ? "pending"
    : stopped === "cancelled" || stopped === "output"
    ? "dead"
    : uncharged
    ? "failed"
    : attempts > job.max_retries || isHopeless(job, exit)
    ? "dead"
    : "failed";
  let readyAt: number | undefined;
  if (state === "pending") readyAt = result.finishedAt;
  if (state === "failed") {
    const base = job.backoff_base ?? config.backoff_base;
    // The factor follows the base unless it was set: see the table of settings.
    const inherited = config.backoff_factor === config.backoff_base ? base : config.backoff_factor;
    const factor = job.backoff_factor ?? inherited;
    const backoff = { ...config, backoff_base: base, backoff_factor: factor };
    // One that was not charged waits as after the attempt before it, or the first.
    readyAt = result.finishedAt + 1000 * retryDelay(backoff, Math.max(1, attempts), random);
  }
  // A machine that is short of something all day must not make the history grow all day.
  const again = sameRefusal(job.history.at(-1), result);
  const history = again ? job.history.slice(0, -1) : job.history;
  const attempt: Attempt = {
    attempt: history.length + 1,
    worker: claim.worker,
    started_at: again?.started_at ?? new Date(result.startedAt).toISOString(),
    finished_at: new Date(result.finishedAt).toISOString(),
    duration_ms: Math.round(result.duration),
    exit_code: exit?.code ?? null,
    signal: exit?.signal ?? null,
    outcome,
    log_offset: claim.logOffset,
    led_to: state,
    log_end: result.logEnd,
    ...(result.reason === undefined ? {} : { reason: result.reason }),
  };
  return {
    claim,
    job: {
      ...job,
      ...(readyAt === undefined ? {} : { run_at: new Date(readyAt).toISOString() }),
      updated_at: new Date(result.finishedAt).toISOString(),
      attempts,
      history: [...history, attempt],
    },
    state,
    readyAt,
  };
}

/** The last attempt, if it could not be started either, for the same reason as this one. */
function sameRefusal(last: Attempt | undefined, result: AttemptResult): Attempt | undefined {
  if (result.stopped !== "put back" || result.reason === undefined) return undefined;
  const isSame = last?.outcome === "cancelled" && last.led_to === "pending" &&
    last.reason === result.reason;
  return isSame ? last : undefined;
}

/** EX_TEMPFAIL of sysexits.h: "temporary failure, user is invited to retry". */
const EX_TEMPFAIL = 75;

function isTempfail(job: Job, exit: Exit | undefined): boolean {
  return job.tempfail === true && exit?.code === EX_TEMPFAIL;
}

/** Whether an exit status says that another run would be in vain. */
function isHopeless({ give_up_on, retry_on }: Job, exit: Exit | undefined): boolean {
  const code = exit?.code ?? null;
  if (code === null) return false;
  const isIn = (list: string) =>
    parseStatuses(list)?.some(([first, last]) => code >= first && code <= last) ?? false;
  return (give_up_on !== undefined && isIn(give_up_on)) ||
    (retry_on !== undefined && !isIn(retry_on));
}
