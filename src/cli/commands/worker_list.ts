/**
 * `queuectl worker list`: who works.
 *
 * @module
 */

import type { Invocation } from "../command.ts";
import { printJson } from "../output.ts";
import { printTable } from "../print_table.ts";
import { formatAge } from "../relative_time.ts";
import { visibleText } from "../visible_text.ts";
import { workersWithJobs } from "../workers_with_jobs.ts";
import { openQueue } from "../open_queue.ts";

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
