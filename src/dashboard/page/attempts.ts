/**
 * The attempts of a job on one scale of time.
 *
 * @module
 */

import type { Attempt, JobView } from "../../../mod.ts";
import type { JobDetail, RunningRow, Status } from "../api.ts";

/** An attempt, or the one that runs now, with the wait before it. */
export interface Span {
  attempt: number;
  /** `running` for the one that has not ended, `worker died` if it never will. */
  outcome: string;
  /** How it ended: `exit 1`, `SIGKILL`; empty if its outcome says it all. */
  end: string;
  reason: string | undefined;
  worker: string;
  /** Milliseconds since 1970; when it started if nothing says since when it was ready. */
  waitedFrom: number;
  /** Whether it had ended before: nothing says since when it was ready again. */
  isRerun: boolean;
  startedAt: number;
  endedAt: number;
  /** Its part of the log, in bytes. */
  log: { from: number; to: number | undefined } | undefined;
}

/** Where a job runs now. */
export type Run = Pick<RunningRow, "worker" | "started_at" | "worker_died" | "progress">;

/** Where a job runs: by the status, which is newer, unless that leaves it out. */
export function runOf(
  { job: { id, state, running }, worker_died }: JobDetail,
  status: Pick<Status, "running">,
): Run | undefined {
  if (state !== "processing") return undefined;
  return status.running.find((row) => row.id === id) ??
    (running && { ...running, ...(worker_died && { worker_died }) });
}

/** All attempts of a job that ran. */
export function spansOf(
  job: JobView,
  now: number,
  run: Run | undefined,
): Span[] {
  const history: Attempt[] = Array.isArray(job.history) ? job.history : [];
  let before = Date.parse(job.created_at);
  const recorded = history.map((attempt, index): Span => {
    const startedAt = Date.parse(attempt.started_at);
    const isRerun = hadEnded(history[index - 1]);
    const waitedFrom = isRerun ? startedAt : Math.min(before, startedAt);
    before = Date.parse(attempt.finished_at);
    const from = attempt.log_offset;
    const to = attempt.log_end ?? history[index + 1]?.log_offset;
    return {
      attempt: attempt.attempt,
      outcome: outcomeWord(attempt),
      end: endText(attempt),
      reason: attempt.reason,
      worker: attempt.worker,
      ...{ waitedFrom, isRerun, startedAt, endedAt: before },
      log: typeof from === "number" && from !== to ? { from, to } : undefined,
    };
  });
  const spans = recorded.filter((_, index) => hasRun(history[index]!));
  if (job.state !== "processing") return spans;
  const startedAt = Date.parse(run?.started_at ?? job.updated_at);
  const last = history.at(-1);
  const from = last ? last.log_end : 0;
  const isRerun = hadEnded(last);
  const waitedFrom = isRerun ? startedAt : Math.min(before, startedAt);
  return [...spans, {
    attempt: (last?.attempt ?? 0) + 1,
    outcome: run?.worker_died ? "worker died" : "running",
    end: "",
    reason: undefined,
    worker: run?.worker ?? "",
    ...{ waitedFrom, isRerun, startedAt, endedAt: Math.max(now, startedAt) },
    log: from === undefined ? undefined : { from, to: undefined },
  }];
}

function hadEnded(attempt: Attempt | undefined): boolean {
  return attempt?.led_to === "done" || attempt?.led_to === "dead";
}

// These two are those of format/job.ts, which is no file of the pages.

/** Whether an attempt ran: not so one of a job that was cancelled while it waited. */
export function hasRun({ outcome, worker }: Attempt): boolean {
  return outcome !== "cancelled" || worker !== "";
}

function outcomeWord({ outcome, led_to }: Attempt): string {
  return outcome === "cancelled" && led_to === "pending" ? "put back" : outcome;
}

function endText({ outcome, exit_code, signal }: Attempt): string {
  if (outcome === "done" || outcome === "lost") return "";
  if (signal) return signal;
  return typeof exit_code === "number" ? `exit ${exit_code}` : "";
}

/** Where a bar begins and how long it is, as shares of the whole width from 0 to 1. */
export interface Bar {
  wait: { x: number; width: number };
  run: { x: number; width: number };
}

/** The least that is drawn of a run, as a share of the width. */
const LEAST = 0.006;

/** The bars of some attempts, drawn to the scale of all of them. */
export function barsOf(spans: readonly Span[]): Bar[] {
  const times = spans.flatMap((span) => [span.waitedFrom, span.startedAt, span.endedAt]).filter(
    Number.isFinite,
  );
  const [begin, end] = [Math.min(...times), Math.max(...times)];
  const whole = Math.max(1, end - begin);
  const share = (time: number) => Number.isFinite(time) ? (time - begin) / whole : 0;
  return spans.map(({ waitedFrom, startedAt, endedAt }) => {
    const [from, start] = [share(waitedFrom), share(startedAt)];
    const width = Math.max(LEAST, share(endedAt) - start);
    const x = Math.min(start, 1 - width);
    return { wait: { x: from, width: Math.max(0, x - from) }, run: { x, width } };
  });
}
