/**
 * `queuectl ps`: the running jobs.
 *
 * @module
 */

import { putBackAbandoned } from "../../../control/abandoned_edits.ts";
import { withCommands } from "../../../inspect/running_commands.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { printJson } from "../../terminal/output.ts";
import { printTable } from "../../terminal/table.ts";
import { readsStdout } from "../../terminal/terminal.ts";
import { runningForPerson, runningForProgram } from "../../text/running_table.ts";

/** Lists what runs, the longest running first: with process, start, elapsed, progress and host. */
export async function ps(call: Invocation): Promise<void> {
  const queue = await openQueue(call);
  await putBackAbandoned(queue);
  const jobs = await withCommands(queue, queue.list({ states: ["processing"] }));
  jobs.sort((a, b) => b.running.elapsed_ms - a.running.elapsed_ms);
  if (call.json) printJson(jobs);
  else if (readsStdout()) {
    const total = Object.values(queue.counts()).reduce((sum, count) => sum + count);
    printTable(runningForPerson(jobs, total));
  } else printTable(runningForProgram(jobs));
}
