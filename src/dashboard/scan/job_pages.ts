/**
 * Pages of the table of jobs.
 *
 * @module
 */

import { JOB_STATES, type JobState, type Queue } from "../../../mod.ts";
import type { JobsPage, JobsQuery } from "../api.ts";
import { jobRow } from "./job_row.ts";

/** The most jobs that are sorted by anything but their age. */
const MOST = 20_000;

/** Pages of a queue's jobs. */
export class JobPages {
  readonly #queue: Queue;

  /** @param queue The queue. */
  constructor(queue: Queue) {
    this.#queue = queue;
  }

  /** A page. */
  page(query: JobsQuery): JobsPage {
    const states = JOB_STATES.filter((state) =>
      query.states.length === 0 || (query.states as readonly JobState[]).includes(state)
    );
    const rows = this.#queue.list({ states, limit: MOST }).map(jobRow)
      .filter(({ id, command }) => id.includes(query.text) || command.includes(query.text));
    if (query.order === "desc") rows.reverse();
    const from = Number(query.cursor ?? 0);
    const jobs = rows.slice(from, from + query.limit);
    const next = from + query.limit < rows.length ? String(from + query.limit) : null;
    return { jobs, next, total: rows.length };
  }
}
