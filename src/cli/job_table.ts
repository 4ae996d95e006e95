/**
 * Jobs as a table.
 *
 * @module
 */

import type { JobView } from "../queue/job.ts";
import { formatAge } from "./relative_time.ts";
import type { Table } from "./table.ts";
import { visibleText } from "./visible_text.ts";

/** Which column of {@linkcode jobTable} holds the state. */
export const STATE_COLUMN = 1;

/** ID, state, attempts of those it may have, age and command of each job. */
export function jobTable(jobs: readonly JobView[], now: number): Table {
  return {
    head: ["ID", "STATE", "ATTEMPTS", "AGE", "COMMAND"],
    rows: jobs.map((job) => [
      visibleText(job.id),
      job.state,
      `${job.attempts}/${job.max_retries + 1}`,
      formatAge(now - Date.parse(job.created_at)),
      typeof job.malformed === "string" && job.command === ""
        ? `(not a job: ${visibleText(job.malformed)})`
        : visibleText(job.command),
    ]),
  };
}
