/**
 * The table of jobs that `queuectl list` and `dlq list` print: its columns.
 *
 * @module
 */

import { hasRun, type JobView } from "../../format/job.ts";
import { visibleText } from "../../text/shown_text.ts";
import { formatDuration } from "../terminal/format_duration.ts";
import { progressBar } from "../terminal/progress_bar.ts";
import { formatAge } from "../terminal/relative_time.ts";
import type { Table } from "../terminal/table.ts";
import { deathText, outcomeText } from "./attempt_text.ts";
import { shortIds } from "../../inspect/short_ids.ts";

/** The column of {@linkcode personTable} and {@linkcode programTable} that holds the state. */
export const STATE_COLUMN = 1;

/** A column: its head, and the cell of a job before control characters are made visible. */
export type Column<Job = JobView> = readonly [head: string, cell: (job: Job) => string];

/** How a table says why a job waits, given how it shows IDs. */
export type WaitsText = (job: JobView, idText: (id: string) => string) => string;

/**
 * A row for each job, for programs: whole IDs, and always the same columns but for PROGRESS, which
 * is there if any job reports it, and `more`.
 *
 * @param more Columns before the last.
 */
export function programTable(
  jobs: readonly JobView[],
  now: number,
  waits: WaitsText,
  more: readonly Column[] = [],
): Table {
  const progress: Column = ["PROGRESS", (job) => job.progress?.text ?? ""];
  return tableOf(jobs, [
    ["ID", ({ id }) => id],
    ["STATE", ({ state }) => state],
    ["ATTEMPTS", attemptsText],
    ["AGE", (job) => ageText(job, now)],
    ["WAITS", (job) => waits(job, (id) => id)],
    ["EXIT", exitText],
    ["TOOK", (job) => tookText(job, now)],
    ["LABEL", labelText],
    ...jobs.some((job) => job.progress) ? [progress] : [],
    ...more,
    ["COMMAND", commandText],
  ]);
}

/**
 * A row for each job, for a person: short IDs; HOW is how it ended, how far it has come, or why it
 * waits; no column is empty.
 *
 * @param total How many jobs the queue has: see {@linkcode shortIds}.
 */
export function personTable(
  jobs: readonly JobView[],
  now: number,
  waits: WaitsText,
  total: number,
  more: readonly Column[] = [],
): Table {
  const short = shortIds(jobs.map(({ id }) => id), total);
  const idText = (id: string) => short.get(id) ?? shortIds([id], total).get(id)!;
  const how = (job: JobView) => {
    if (job.progress) return progressBar(job.progress, 8, 20);
    const last = job.state === "failed" || job.state === "done" || job.state === "dead"
      ? job.reason ?? deathText(job)
      : "";
    return [last, waits(job, idText)].filter(Boolean).join(", ");
  };
  const table = tableOf(jobs, [
    ["ID", ({ id }) => idText(id)],
    ["STATE", ({ state }) => state],
    ["TRIES", attemptsText],
    ["AGE", (job) => ageText(job, now)],
    ["TOOK", (job) => tookText(job, now)],
    ["HOW", how],
    ["LABEL", labelText],
    ...more,
    ["COMMAND", commandText],
  ]);
  return withoutEmpty(table, ["LABEL", ...more.map(([head]) => head), "HOW"]);
}

/** A row of each job's cells. */
export function tableOf<Job>(jobs: readonly Job[], columns: readonly Column<Job>[]): Table {
  return {
    head: columns.map(([head]) => head),
    rows: jobs.map((job) => columns.map(([, cell]) => visibleText(cell(job)))),
  };
}

/**
 * A table without those columns, but the first two and the last, whose cells are all empty.
 *
 * @param flexible Heads of the columns whose cells may be cut.
 */
export function withoutEmpty({ head, rows }: Table, flexible: readonly string[]): Table {
  const isShown = (column: number) =>
    column < 2 || column === head.length - 1 || rows.some((cells) => cells[column] !== "");
  const shown = head.filter((_, column) => isShown(column));
  const columns = head.map((_, column) => column).filter(isShown);
  return {
    head: shown,
    flexible: flexible.map((name) => shown.indexOf(name)).filter((at) => at >= 0),
    rows: rows.map((cells) => columns.map((column) => cells[column]!)),
  };
}

function attemptsText({ attempts, max_retries }: JobView): string {
  return `${attempts}/${max_retries + 1}`;
}

function ageText({ created_at }: JobView, now: number): string {
  return formatAge(now - Date.parse(created_at));
}

/** How long the last attempt of a job took, or runs by now; empty if there is none. */
function tookText({ state, running, history }: JobView, now: number): string {
  if (running) return formatDuration(Math.max(0, now - Date.parse(running.started_at)));
  const last = state === "pending" ? undefined : history.at(-1);
  return last?.duration_ms !== undefined && hasRun(last) ? formatDuration(last.duration_ms) : "";
}

/**
 * How the last attempt of a job that has ended or is to be retried ended: `0`, `SIGKILL`; or why it
 * is dead without one.
 */
function exitText(job: JobView): string {
  if (job.state === "pending" || job.state === "processing") return "";
  const last = job.history.at(-1);
  return job.reason ?? (last ? outcomeText(last).replace(/^exit /, "") : "");
}

/** What a job is, for people. */
export function labelText({ label }: JobView): string {
  return label ?? "";
}

/** A job's command, or why its file is not a job. */
export function commandText({ command, malformed }: JobView): string {
  return typeof malformed === "string" && command === "" ? `(not a job: ${malformed})` : command;
}
