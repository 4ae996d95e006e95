/**
 * A job in words.
 *
 * @module
 */

import type { Attempt, JobView } from "../queue/job.ts";
import { outcomeText } from "./attempt_text.ts";
import { formatDuration } from "./duration.ts";
import { formatMoment } from "./relative_time.ts";
import { alignedLines } from "./table.ts";
import { visibleText } from "./visible_text.ts";

/** The fields that have a line of their own; what else is in the file follows them. */
const KNOWN = new Set([
  ...["id", "state", "command", "cwd", "env", "priority", "max_retries", "timeout", "backoff_base"],
  ...["backoff_factor", "run_at", "created_at", "updated_at", "attempts", "history", "malformed"],
]);

/**
 * Lines that tell everything about a job.
 *
 * @param log The path of its log, if it has one.
 * @param now Milliseconds since 1970.
 * @param paint Colours the state.
 */
export function jobLines(
  job: JobView,
  log: string | undefined,
  now: number,
  paint: (state: string) => string = (state) => state,
): string[] {
  const lines: string[] = [];
  const line = (name: string, value: string) => lines.push(`${name.padEnd(12)}${value}`);
  const moment = (iso: string) => formatMoment(Date.parse(iso), now);

  line("id", visibleText(job.id));
  line("state", paint(job.state));
  if (typeof job.malformed === "string") line("not a job", visibleText(job.malformed));
  job.command.split("\n").forEach((text, index) =>
    line(index === 0 ? "command" : "", visibleText(text))
  );
  if (job.cwd !== undefined) line("cwd", visibleText(job.cwd));
  for (const [name, value] of Object.entries(job.env ?? {})) {
    line("env", visibleText(`${name}=${value}`));
  }
  line("priority", String(job.priority));
  line("attempts", `${job.attempts} of ${job.max_retries + 1}`);
  line("timeout", job.timeout === null ? "none" : formatDuration(job.timeout * 1000));
  if (job.backoff_base !== undefined) {
    line("backoff", `base ${formatDuration(job.backoff_base * 1000)}`);
  }
  if (job.backoff_factor !== undefined) line("backoff", `factor ${job.backoff_factor}`);
  for (const [name, value] of Object.entries(job)) {
    if (!KNOWN.has(name)) line(visibleText(name), visibleText(JSON.stringify(value)));
  }
  line("created", moment(job.created_at));
  line("updated", moment(job.updated_at));
  if (job.state === "pending") line("ready", moment(job.run_at));
  if (job.state === "failed") line("retry", moment(job.run_at));
  line("log", log === undefined ? "none yet" : visibleText(log));
  if (job.history.length > 0) lines.push("", ...attemptLines(job.history, now));
  return lines;
}

function attemptLines(history: readonly Attempt[], now: number): string[] {
  return alignedLines({
    head: ["ATTEMPT", "STARTED", "TOOK", "OUTCOME", "EXIT", "WORKER"],
    rows: history.map((attempt) => [
      String(attempt.attempt),
      formatMoment(Date.parse(attempt.started_at), now),
      formatDuration(attempt.duration_ms),
      attempt.outcome,
      visibleText(outcomeText(attempt)),
      visibleText(attempt.worker),
    ]),
  }, { width: Infinity });
}
