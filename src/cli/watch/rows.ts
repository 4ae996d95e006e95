/**
 * Reading the rows of a table.
 *
 * @module
 */

import type { WorkerRow } from "../../dashboard/api.ts";
import { schedulesAnswer } from "../../dashboard/scan/summaries.ts";
import type { JobView } from "../../format/job.ts";
import { lastLineOf } from "../../inspect/brief_view.ts";
import type { JobPageQuery, JobPages } from "../../inspect/job_pages.ts";
import { runningJobs } from "../../inspect/running_jobs.ts";
import { shortIds } from "../../inspect/short_ids.ts";
import type { Queue } from "../../queue.ts";
import { standstillOf, waitsText } from "../text/waits_text.ts";
import type { Row, Rows, Tab, Wanted } from "./messages.ts";

/** The jobs of each table; those that wait begin with the oldest, as workers do. */
const QUERIES: Partial<Record<Tab, Pick<JobPageQuery, "states" | "order">>> = {
  running: { states: ["processing"], order: "asc" },
  waiting: { states: ["pending"], order: "asc" },
  failed: { states: ["failed", "dead"], order: "desc" },
  done: { states: ["done"], order: "desc" },
};

/** The most jobs of one page. */
const PAGE = 200;

/**
 * Reads rows.
 *
 * @param workers The live ones.
 * @param isOver Whether they are wanted no more.
 * @param say Called with what there is so far, at least once unless it is over.
 */
export async function readRows(
  queue: Queue,
  pages: JobPages,
  workers: readonly WorkerRow[],
  wanted: Wanted,
  isOver: () => boolean,
  say: (rows: Rows) => void,
): Promise<void> {
  const query = QUERIES[wanted.tab];
  if (!query) {
    const rows = wanted.tab === "workers" ? workerRows(workers) : await scheduleRows(queue);
    const found = rows.filter((row) => hasText(row, wanted.filter));
    return say({ wanted, rows: found.slice(0, wanted.limit), hasMore: false });
  }
  const jobs: JobView[] = [];
  let searched = 0;
  let cursor: string | null | undefined;
  while (cursor !== null && !isOver()) {
    const limit = Math.min(PAGE, wanted.limit - jobs.length);
    const page = await pages.page({
      ...query,
      text: wanted.filter,
      sort: "created",
      limit,
      ...(cursor !== undefined && { cursor }),
    });
    jobs.push(...page.jobs.map(({ job }) => job));
    searched += page.searched ?? 0;
    cursor = jobs.length < wanted.limit ? page.next : null;
    const isEnd = cursor === null;
    // Where nothing is searched, the pages come fast enough to be said at once.
    if (!isEnd && wanted.filter === "") continue;
    say({
      wanted,
      rows: jobRows(queue, jobs, wanted.tab, page.total),
      hasMore: page.next !== null,
      ...(!isEnd && { searched }),
    });
  }
}

function jobRows(queue: Queue, jobs: readonly JobView[], tab: Tab, total: number): Row[] {
  const shorts = shortIds(jobs.map(({ id }) => id), total);
  const standstill = standstillOf(queue);
  const rows = jobs.map((job): Row => ({
    name: job.id,
    short: shorts.get(job.id),
    job: slimJob(job),
    waits: waitsText(queue, job, standstill, (id) => shorts.get(id) ?? id),
    ...(tab === "failed" && { lastLine: lastLineOf(queue.store, job) }),
  }));
  if (tab === "waiting") return rows;
  if (tab !== "running") {
    return rows.sort((a, b) => Date.parse(b.job!.updated_at) - Date.parse(a.job!.updated_at));
  }
  const running = new Map(runningJobs(queue, PAGE).longest.map((each) => [each.id, each]));
  const since = ({ name }: Row) => running.get(name)?.since ?? Infinity;
  return rows.sort((a, b) => since(a) - since(b)).map((row) => {
    const { worker, since } = running.get(row.name) ?? {};
    return { ...row, worker, since };
  });
}

/** A job without what no row shows: its input, its environment, its older attempts. */
function slimJob(job: JobView): JobView {
  const { env: _env, result: _result, ...rest } = job;
  return { ...rest, history: job.history.slice(-1) } as JobView;
}

function workerRows(workers: readonly WorkerRow[]): Row[] {
  return workers.map((crew) => ({ name: crew.name, crew }));
}

async function scheduleRows(queue: Queue): Promise<Row[]> {
  return (await schedulesAnswer(queue)).map((schedule) => ({ name: schedule.name, schedule }));
}

function hasText({ name, schedule, crew }: Row, text: string): boolean {
  const texts = [name, schedule?.job.command ?? "", ...(crew?.tags ?? [])];
  return texts.some((each) => each.toLowerCase().includes(text.toLowerCase()));
}
