/**
 * A job in words.
 *
 * @module
 */

import type { Attempt, JobView } from "../../format/job.ts";
import { needsOf, needsText } from "../../constraints/needs.ts";
import type { JobState } from "../../format/names.ts";
import { outcomeText } from "./attempt_text.ts";
import { formatDuration } from "../terminal/duration.ts";
import { formatMoment } from "../terminal/relative_time.ts";
import { alignedLines } from "../terminal/table.ts";
import { visibleText } from "../terminal/visible_text.ts";

/** The fields that have a line of their own; what else is in the file follows them. */
const KNOWN = new Set([
  ...[
    "id",
    "state",
    "command",
    "shell",
    "cwd",
    "env",
    "priority",
    "max_retries",
    "timeout",
    "backoff_base",
  ],
  ...["backoff_factor", "run_at", "created_at", "updated_at", "attempts", "history", "malformed"],
  ...["held", "waits_for", "after", "after_any"],
  ...["limited_by", "progress", "resource", "resources", "result", "result_encoding", "stdin"],
]);

/** How many jobs of either kind {@linkcode relationLines} names. */
const SHOWN = 20;

/** The most of a result that is shown, in UTF-16 units; --json has all of it. */
const MOST_RESULT_SHOWN = 500;

/**
 * Lines that tell everything about a job.
 *
 * @param log The path of its log, if it has one.
 * @param now Milliseconds since 1970.
 * @param paint Colours the state.
 * @param relations Lines on what it waits for, and what waits for it.
 */
export function jobLines(
  job: JobView,
  log: string | undefined,
  now: number,
  paint: (state: string) => string = (state) => state,
  relations: readonly string[] = [],
): string[] {
  const lines: string[] = [];
  const line = (name: string, value: string) => lines.push(`${name.padEnd(12)}${value}`);
  const moment = (iso: string) => formatMoment(Date.parse(iso), now);

  line("id", visibleText(job.id));
  line("state", paint(job.state) + (job.held ? " (held)" : ""));
  if (typeof job.malformed === "string") line("not a job", visibleText(job.malformed));
  job.command.split("\n").forEach((text, index) =>
    line(index === 0 ? "command" : "", visibleText(text))
  );
  if (job.shell !== undefined) line("shell", visibleText(job.shell));
  if (job.cwd !== undefined) line("cwd", visibleText(job.cwd));
  for (const [name, value] of Object.entries(job.env ?? {})) {
    line("env", visibleText(`${name}=${value}`));
  }
  line("priority", String(job.priority));
  line("attempts", attemptsText(job));
  line("timeout", job.timeout === null ? "none" : formatDuration(job.timeout * 1000));
  if (job.backoff_base !== undefined) {
    line("backoff", `base ${formatDuration(job.backoff_base * 1000)}`);
  }
  if (job.backoff_factor !== undefined) line("backoff", `factor ${job.backoff_factor}`);
  for (const [name, value] of Object.entries(job)) {
    if (KNOWN.has(name)) continue;
    line(visibleText(name), visibleText(typeof value === "string" ? value : JSON.stringify(value)));
  }
  if (job.stdin === true) line("stdin", visibleText(`input/${job.id}.in`));
  const needs = needsOf(job);
  if (needs.length > 0) {
    line("resource", visibleText(needs.map((need) => needsText([need])).join(", ")));
  }
  if (job.limited_by !== undefined) line("waits for", `a place in ${limitText(job.limited_by)}`);
  if (job.progress) line("progress", visibleText(job.progress.text));
  if (job.result !== undefined) {
    const { result, result_encoding } = job;
    const shown = result.length > MOST_RESULT_SHOWN
      ? `${result.slice(0, MOST_RESULT_SHOWN)}…`
      : result;
    line("result", visibleText(shown.replace(/\n$/, "")) + (result_encoding ? ` (base64)` : ""));
  }
  lines.push(...relations);
  line("created", moment(job.created_at));
  line("updated", moment(job.updated_at));
  const waitsForTime = !job.held && !job.waits_for;
  if (waitsForTime && job.state === "pending") line("ready", moment(job.run_at));
  if (waitsForTime && job.state === "failed") line("retry", moment(job.run_at));
  line("log", log === undefined ? "none yet" : visibleText(log));
  if (job.history.length > 0) lines.push("", ...attemptLines(job.history, now));
  return lines;
}

/** The runs that are charged, and all of them where there are others: those before a retry, or not charged. */
function attemptsText({ attempts, max_retries, history }: JobView): string {
  const charged = `${attempts} of ${max_retries + 1}`;
  if (history.length === attempts) return charged;
  const runs = history.length === 1 ? "1 run" : `${history.length} runs`;
  return `${charged} (${runs} in all)`;
}

function limitText(limit: string): string {
  return limit === "concurrency" ? "the queue (config concurrency)" : `the resource ${limit}`;
}

function attemptLines(history: readonly Attempt[], now: number): string[] {
  return alignedLines({
    head: ["ATTEMPT", "STARTED", "TOOK", "OUTCOME", "EXIT", "WORKER"],
    // One that was written by hand may lack any field.
    rows: history.map((attempt: Partial<Attempt>, index) => [
      String(attempt.attempt ?? index + 1),
      attempt.started_at ? formatMoment(Date.parse(attempt.started_at), now) : "-",
      attempt.duration_ms === undefined ? "-" : formatDuration(attempt.duration_ms),
      attempt.outcome ?? "-",
      visibleText(outcomeText(attempt)),
      visibleText(attempt.worker ?? "-"),
    ]),
  }, { width: Infinity });
}

/**
 * Lines that tell which jobs a job comes after, each with its state, and which wait for it.
 *
 * @param children The IDs of those that wait for it.
 * @param stateOf The state of a job; `undefined` if it is no longer in the queue.
 */
export function relationLines(
  job: JobView,
  children: readonly string[],
  stateOf: (id: string) => JobState | undefined,
): string[] {
  const lines: string[] = [];
  const add = (title: string, ids: readonly string[]) => {
    ids.slice(0, SHOWN).forEach((id, index) =>
      lines.push(`${(index === 0 ? title : "").padEnd(12)}${id} (${stateOf(id) ?? "gone"})`)
    );
    if (ids.length > SHOWN) lines.push(`${"".padEnd(12)}and ${ids.length - SHOWN} more`);
  };
  add(job.after_any ? "after any" : "after", job.after ?? []);
  add("before", children);
  return lines;
}
