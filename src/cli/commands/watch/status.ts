/**
 * `queuectl status`: how many jobs are in each state, and who works.
 *
 * @module
 */

import type { Invocation } from "../../table/command.ts";
import { print, printJson, printLines } from "../../terminal/output.ts";
import { coloursStdout } from "../../terminal/terminal.ts";
import { visibleText } from "../../terminal/visible_text.ts";
import { workersWithJobs } from "../../text/workers_with_jobs.ts";
import { openQueue } from "../../args/open_queue.ts";

/** Prints the counts of each state, the workers that live, and whether the queue is paused. */
export async function status(call: Invocation): Promise<number | void> {
  if (call.options.has("watch")) return (await import("./status_watch.ts")).statusWatch(call);
  const queue = await openQueue(call);
  const [jobs, workers, paused] = [queue.counts(), workersWithJobs(queue), queue.paused];
  if (call.json) {
    printJson({ dir: queue.dir, paused, jobs, workers });
    return;
  }
  const paint = coloursStdout()
    ? (await import("../../terminal/state_colour.ts")).paintState
    : (text: string) => text;
  const forAll = workers.filter(({ only }) => only === undefined);
  // What has ended and is being recorded needs no slot any more, and may be a dozen jobs.
  const busy = forAll.reduce((sum, { jobs, slots }) => sum + Math.min(jobs.length, slots), 0);
  const slots = forAll.reduce((sum, worker) => sum + worker.slots, 0);
  const runs = workers.length - forAll.length;
  print(`queue       ${visibleText(queue.dir)}`);
  print(
    (forAll.length === 0
      ? "workers     none alive (queuectl worker start)"
      : `workers     ${forAll.length} alive, ${busy} of ${slots} slots busy`) +
      (runs === 0 ? "" : `; ${runs} queuectl run`),
  );
  print(`paused      ${paused ? "yes (queuectl worker resume)" : "no"}`);
  printLines(
    Object.entries(jobs).map(([state, count]) => `${paint(state.padEnd(12))}${count}`),
    coloursStdout(),
  );
}
