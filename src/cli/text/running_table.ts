/**
 * The table of running jobs that `queuectl ps` prints: its columns.
 *
 * @module
 */

import type { RunningJob } from "../../inspect/running_commands.ts";
import { shortIds } from "../../inspect/short_ids.ts";
import { formatDuration } from "../terminal/format_duration.ts";
import { progressBar } from "../terminal/progress_bar.ts";
import { formatClock, formatDay } from "../terminal/relative_time.ts";
import type { Table } from "../terminal/table.ts";
import { commandText, labelText, tableOf, withoutEmpty } from "./job_table.ts";
import { UNRECORDED } from "./waits_text.ts";

/** A row for each job, for programs: whole IDs, whole times, always the same columns. */
export function runningForProgram(jobs: readonly RunningJob[]): Table {
  return tableOf(jobs, [
    ["ID", ({ id }) => id],
    ["PID", pidText],
    ["STARTED", ({ running }) => running.started_at],
    ["ELAPSED", elapsedText],
    ["PROGRESS", ({ progress }) => progress?.text ?? ""],
    ["STATE", (job) => stateText(job) || "running"],
    ["HOST", ({ running }) => running.host],
    ["WORKER", ({ running }) => running.worker],
    ["LABEL", labelText],
    ["COMMAND", commandText],
  ]);
}

/**
 * A row for each job, for a person: short IDs; no column is empty.
 *
 * @param total How many jobs the queue has: see {@linkcode shortIds}.
 */
export function runningForPerson(jobs: readonly RunningJob[], total: number): Table {
  const short = shortIds(jobs.map(({ id }) => id), total);
  const today = formatDay(Date.now());
  const started = ({ running }: RunningJob) => {
    const time = Date.parse(running.started_at);
    return formatDay(time) === today ? formatClock(time) : formatDay(time);
  };
  const table = tableOf(jobs, [
    ["ID", ({ id }) => short.get(id)!],
    ["PID", pidText],
    ["STARTED", started],
    ["ELAPSED", elapsedText],
    [
      "PROGRESS",
      (job) => [stateText(job), barText(job)].filter(Boolean).join(" "),
    ],
    ["HOST", ({ running }) => running.host],
    ["LABEL", labelText],
    ["COMMAND", commandText],
  ]);
  return withoutEmpty(table, ["LABEL", "HOST", "PROGRESS"]);
}

/** What is to be said of a job that runs; empty if it just runs. */
function stateText({ suspended, unrecorded, running }: RunningJob): string {
  if (running.worker_died) return "worker died";
  return unrecorded ? UNRECORDED : suspended ? "suspended" : "";
}

function pidText({ running: { pid } }: RunningJob): string {
  return pid === null ? "" : String(pid);
}

function elapsedText({ running: { elapsed_ms } }: RunningJob): string {
  return formatDuration(elapsed_ms);
}

function barText({ progress }: RunningJob): string {
  return progress ? progressBar(progress, 8, 20) : "";
}
