/**
 * `queuectl worker list`: who works.
 *
 * @module
 */

import type { Invocation } from "../../table/command.ts";
import { printJson } from "../../terminal/output.ts";
import { printTable } from "../../terminal/print_table.ts";
import { formatAge } from "../../terminal/relative_time.ts";
import { visibleText } from "../../terminal/visible_text.ts";
import { workersWithJobs } from "../../text/workers_with_jobs.ts";
import { openQueue } from "../../args/open_queue.ts";

/** Lists the workers that live and the jobs that each runs. */
export async function workerList(call: Invocation): Promise<void> {
  const workers = workersWithJobs(await openQueue(call));
  if (call.json) return printJson(workers);
  await printTable({
    head: ["WORKER", "HOST", "PID", "BUSY", "UP", "JOBS"],
    rows: workers.map(({ name, host, pid, slots, started_at, only, jobs }) => [
      visibleText(name),
      visibleText(host),
      String(pid),
      only === undefined ? `${jobs.length}/${slots}` : "run",
      formatAge(Date.now() - Date.parse(started_at)),
      visibleText(jobs.join(" ")),
    ]),
  });
}
