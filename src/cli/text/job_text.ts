/**
 * A job in words, as `queuectl show` prints it.
 *
 * @module
 */

import { needsOf, needsText } from "../../constraints/needs.ts";
import { type Attempt, hasRun, type JobView, outcomeWord } from "../../format/job.ts";
import type { JobState } from "../../format/names.ts";
import type { RunningCommand } from "../../inspect/running_commands.ts";
import { visibleText } from "../../text/shown_text.ts";
import type { Paint } from "../terminal/colours.ts";
import { formatDuration } from "../terminal/format_duration.ts";
import { shownValue } from "../terminal/output.ts";
import { progressBar } from "../terminal/progress_bar.ts";
import { formatClock, formatMoment } from "../terminal/relative_time.ts";
import { alignedLines } from "../terminal/table.ts";
import { outcomeText } from "./attempt_text.ts";
import { counted } from "./counted.ts";
import { UNRECORDED } from "./waits_text.ts";

/** The fields that have lines of their own. Any other field gets a line under its name. */
const KNOWN = new Set([
  ...["id", "state", "command", "shell", "cwd", "env", "priority", "max_retries", "timeout"],
  ...["backoff_base", "backoff_factor", "run_at", "created_at", "updated_at", "attempts"],
  ...["history", "malformed", "held", "waits_for", "after", "after_any", "limited_by"],
  ...[
    "label",
    "tags",
    "group",
    "no_worker",
    "host",
    "on",
    "progress",
    "suspended",
    "unrecorded",
    "running",
    "resource",
    "resources",
    "result",
    "result_encoding",
    "stdin",
  ],
]);

/** The most of a result that is shown, in UTF-16 units; --json has all of it. */
const MOST_RESULT_SHOWN = 500;

/** The most related jobs that are named. */
const MOST_RELATED = 20;

/** What {@linkcode jobLines} needs besides the job. */
export interface JobSurroundings {
  /** The path of its log, if it has one. */
  log: string | undefined;
  /** Where it runs, if it does. */
  running: RunningCommand | undefined;
  /** Why it waits, in a few words. */
  waiting: string;
  /** Milliseconds since 1970. */
  now: number;
  /** Paints the state. */
  paint: Paint;
  /** Whether progress is shown as a bar. */
  asBar: boolean;
  /** The IDs of the jobs that wait for it. */
  waiters: readonly string[];
  /** The state of a job; `undefined` if it is no longer in the queue. */
  stateOf(id: string): JobState | undefined;
}

/** Lines that say everything about a job. */
export function jobLines(job: JobView, around: JobSurroundings): string[] {
  const { now } = around;
  const lines: string[] = [];
  const line = (name: string, value: string) =>
    lines.push(`${visibleText(name).padEnd(11)} ${visibleText(value)}`);
  const block = (name: string, values: readonly string[]) =>
    values.forEach((value, index) => line(index === 0 ? name : "", value));
  const related = (name: string, ids: readonly string[]) => {
    const shown = ids.slice(0, MOST_RELATED).map((id) => `${id} (${around.stateOf(id) ?? "gone"})`);
    if (ids.length > MOST_RELATED) shown.push(`and ${ids.length - MOST_RELATED} more`);
    block(name, shown);
  };
  const moment = (iso: string) => formatMoment(Date.parse(iso), now);

  line("id", job.id);
  lines.push("state".padEnd(12) + around.paint(job.state) + stateNote(job));
  if (typeof job.malformed === "string") line("not a job", job.malformed);
  if (job.label !== undefined) line("label", job.label);
  block("command", job.command.split("\n"));
  if (job.shell !== undefined) line("shell", job.shell);
  if (job.cwd !== undefined) line("cwd", job.cwd);
  for (const [name, value] of Object.entries(job.env ?? {})) {
    line("env", `${name}=${shownValue(name, value)}`);
  }
  if (job.tags?.length) line("tags", job.tags.join(", "));
  if (job.group !== undefined) line("group", job.group);
  line("priority", String(job.priority));
  line("attempts", attemptsText(job));
  line("timeout", job.timeout === null ? "none" : formatDuration(job.timeout * 1000));
  if (job.backoff_base !== undefined) {
    line("backoff", `base ${formatDuration(job.backoff_base * 1000)}`);
  }
  if (job.backoff_factor !== undefined) line("backoff", `factor ${job.backoff_factor}`);
  for (const [name, value] of Object.entries(job)) {
    if (!KNOWN.has(name)) line(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  if (job.stdin === true) line("stdin", `input/${job.id}.in`);
  const needs = needsOf(job);
  if (needs.length > 0) line("resource", needs.map((need) => needsText([need])).join(", "));
  if (job.host !== undefined) line("host", job.host);
  if (job.on?.length) line("on", job.on.join(", "));
  if (job.no_worker !== undefined) line("waits for", `a worker ${job.no_worker}`);
  if (job.limited_by === "concurrency") {
    line("waits for", "a place in the queue (config concurrency)");
  } else if (job.limited_by !== undefined) {
    line("waits for", placeText(job.limited_by));
  } else if (around.waiting === "no worker") {
    line("waits for", "a worker; none is alive (queuectl worker start)");
  } else if (around.waiting === "queue paused") {
    line("waits for", "the queue, which is paused (queuectl worker resume)");
  } else if (around.waiting === "worker died") {
    line("waits for", "the next worker, as its own died (queuectl worker start)");
  }
  if (around.running) {
    const { worker, host, pid, started_at, elapsed_ms } = around.running;
    line(
      around.running.worker_died || job.unrecorded ? "claimed" : "running",
      `for ${formatDuration(elapsed_ms)}, since ${formatClock(Date.parse(started_at))}`,
    );
    line("worker", `${worker} on ${host}`);
    if (pid !== null) line("pid", String(pid));
  }
  if (job.progress) {
    line("progress", around.asBar ? progressBar(job.progress, 30, 78) : job.progress.text);
  }
  if (job.result !== undefined) {
    line("result", resultText(job.result, job.result_encoding));
    // How it was cut stands behind the reason of the attempt that left it.
    const note = /\bthe result (?:was|is|cannot) .*$/s.exec(job.history.at(-1)?.reason ?? "")?.[0];
    if (note !== undefined) line("", note);
  }
  related(job.after_any ? "after any" : "after", job.after ?? []);
  related("before", around.waiters);
  line("created", moment(job.created_at));
  line("updated", moment(job.updated_at));
  if (!job.held && !job.waits_for) {
    if (job.state === "pending") line("ready", moment(job.run_at));
    if (job.state === "failed") line("retry", moment(job.run_at));
  }
  const runs = job.history.filter(hasRun);
  for (const attempt of job.history) {
    if (hasRun(attempt)) continue;
    const again = runs.some((run) => run.attempt < attempt.attempt) ? " again" : "";
    line("cancelled", `${moment(attempt.finished_at)}, before it ran${again}`);
  }
  line("log", around.log ?? "none yet");
  if (runs.length > 0) lines.push("", ...attemptLines(runs, now));
  return lines;
}

function stateNote({ held, suspended, unrecorded }: JobView): string {
  if (unrecorded) return `: ${UNRECORDED}`;
  return held ? " (held)" : suspended ? " (suspended)" : "";
}

/** What a job waits for, by its `limited_by`, as the end of a sentence. */
export function placeText(limit: string): string {
  const group = /^paused group (.*)$/.exec(limit)?.[1];
  if (group !== undefined) return `its group (queuectl worker resume --group ${group})`;
  return limit.startsWith("group ")
    ? `a place in the ${limit}`
    : `a place in the resource ${limit}`;
}

/** The attempts that count, and how many runs there were if that differs: after a retry, say. */
function attemptsText({ attempts, max_retries, history }: JobView): string {
  const charged = `${attempts} of ${max_retries + 1}`;
  const runs = history.filter(hasRun).length;
  if (runs === attempts) return charged;
  return `${charged} (${counted(runs, "run")} in all)`;
}

function resultText(result: string, encoding: string | undefined): string {
  const shown = result.length > MOST_RESULT_SHOWN
    ? `${result.slice(0, MOST_RESULT_SHOWN)}…`
    : result.replace(/\n$/, "");
  return shown + (encoding ? " (base64)" : "");
}

function attemptLines(history: readonly Attempt[], now: number): string[] {
  return alignedLines({
    head: ["ATTEMPT", "STARTED", "TOOK", "OUTCOME", "EXIT", "WORKER"],
    // An attempt that was written by hand may lack any field.
    rows: history.map((attempt: Partial<Attempt>, index) =>
      [
        String(attempt.attempt ?? index + 1),
        attempt.started_at ? formatMoment(Date.parse(attempt.started_at), now) : "-",
        attempt.duration_ms === undefined ? "-" : formatDuration(attempt.duration_ms),
        outcomeWord(attempt) ?? "-",
        outcomeText(attempt),
        attempt.worker ?? "-",
      ].map(visibleText)
    ),
  }, { width: Infinity });
}
