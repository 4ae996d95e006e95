/**
 * Jobs as a table.
 *
 * @module
 */

import type { JobView } from "../../format/job.ts";
import { progressBar } from "../terminal/progress_bar.ts";
import { formatAge } from "../terminal/relative_time.ts";
import type { Table } from "../terminal/table.ts";
import { visibleText } from "../terminal/visible_text.ts";
import { waitsText } from "./waits_text.ts";

/** Which column of {@linkcode jobTable} holds the state. */
export const STATE_COLUMN = 1;

/**
 * ID, state, attempts of those it may have, age, what it waits for, and command of each job; before the command how
 * far it has come, if any of them tells.
 *
 * @param asBar Shows that as a bar, for a person.
 * @param how Adds a column, HOW, with what this returns for each job.
 */
export function jobTable(
  jobs: readonly JobView[],
  now: number,
  asBar = false,
  how?: (job: JobView) => string,
): Table {
  const tells = jobs.some((job) => job.progress);
  const progress = (job: JobView) =>
    !job.progress ? "" : asBar ? progressBar(job.progress, 10, 24) : visibleText(job.progress.text);
  const waits = jobs.map((job) => visibleText(waitsText(job, now)));
  // A program can rely on the column; a person is spared an empty one.
  const shown = !asBar || waits.some((text) => text !== "");
  const head = [
    ...["ID", "STATE", "ATTEMPTS", "AGE"],
    ...(shown ? ["WAITS"] : []),
    ...(tells ? ["PROGRESS"] : []),
    ...(how ? ["HOW"] : []),
    "COMMAND",
  ];
  return {
    head,
    flexible: ["PROGRESS", "WAITS"].map((name) => head.indexOf(name)).filter((at) => at >= 0),
    rows: jobs.map((job, row) => [
      visibleText(job.id),
      job.state,
      `${job.attempts}/${job.max_retries + 1}`,
      formatAge(now - Date.parse(job.created_at)),
      ...(shown ? [waits[row]!] : []),
      ...(tells ? [progress(job)] : []),
      ...(how ? [visibleText(how(job))] : []),
      typeof job.malformed === "string" && job.command === ""
        ? `(not a job: ${visibleText(job.malformed)})`
        : visibleText(job.command),
    ]),
  };
}
