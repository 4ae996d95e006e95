/**
 * The table of jobs that `queuectl list` and `dlq list` print: its columns.
 *
 * @module
 */

import type { JobView } from "../../format/job.ts";
import { visibleText } from "../../text/shown_text.ts";
import { progressBar } from "../terminal/progress_bar.ts";
import { formatAge } from "../terminal/relative_time.ts";
import type { Table } from "../terminal/table.ts";
import { waitsText } from "./waits_text.ts";

/** The column of {@linkcode jobTable} that holds the state. */
export const STATE_COLUMN = 1;

/**
 * A row for each job. PROGRESS is there if any job reports it, HOW if `how` says what is in it.
 *
 * @param forPerson Show progress as a bar, and no WAITS if no job waits: programs rely on WAITS.
 */
export function jobTable(
  jobs: readonly JobView[],
  now: number,
  forPerson: boolean,
  how?: (job: JobView) => string,
): Table {
  const waits = new Map(jobs.map((job) => [job, waitsText(job, now)]));
  const columns: [head: string, cell: (job: JobView) => string, isShown?: boolean][] = [
    ["ID", (job) => visibleText(job.id)],
    ["STATE", (job) => job.state],
    ["ATTEMPTS", (job) => `${job.attempts}/${job.max_retries + 1}`],
    ["AGE", (job) => formatAge(now - Date.parse(job.created_at))],
    [
      "WAITS",
      (job) => visibleText(waits.get(job)!),
      !forPerson || [...waits.values()].some((text) => text !== ""),
    ],
    [
      "PROGRESS",
      ({ progress }) =>
        !progress ? "" : forPerson ? progressBar(progress, 10, 24) : visibleText(progress.text),
      jobs.some((job) => job.progress),
    ],
    ["HOW", (job) => visibleText(how!(job)), how !== undefined],
    ["COMMAND", commandText],
  ];
  const shown = columns.filter(([, , isShown = true]) => isShown);
  const head = shown.map(([name]) => name);
  return {
    head,
    flexible: ["PROGRESS", "WAITS"].map((name) => head.indexOf(name)).filter((at) => at >= 0),
    rows: jobs.map((job) => shown.map(([, cell]) => cell(job))),
  };
}

function commandText({ command, malformed }: JobView): string {
  const isEmpty = typeof malformed === "string" && command === "";
  return isEmpty ? `(not a job: ${visibleText(malformed)})` : visibleText(command);
}
