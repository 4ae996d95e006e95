/**
 * `queuectl status`: how many jobs are in each state, and which workers are alive.
 *
 * @module
 */

import { putBackAbandoned } from "../../../control/abandoned_edits.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { later } from "../../../text/later.ts";
import { mayRunAt, whereText } from "../../../format/placement.ts";
import { statePaint } from "../../terminal/colours.ts";
import { printJson, printLines } from "../../terminal/output.ts";
import { formatAge } from "../../terminal/relative_time.ts";
import { coloursStdout } from "../../terminal/terminal.ts";
import { pauseReason } from "../../../store/store.ts";
import { quotedWord, visibleText } from "../../../text/shown_text.ts";
import { diedWorkers } from "../../../inspect/died_workers.ts";
import { type FailedHook, failedHooks } from "../../../inspect/failed_hooks.ts";
import { runningJobs, unrecordedAmong } from "../../../inspect/running_jobs.ts";
import type { Queue } from "../../../queue.ts";
import { groupsOf, type GroupView } from "../../../inspect/groups.ts";
import { counted } from "../../text/counted.ts";
import {
  stoppedLines,
  workersWithJobs,
  type WorkerWithJobs,
} from "../../text/workers_with_jobs.ts";

/** Prints the counts of each state, the live workers, and whether the queue is paused. */
export async function status(call: Invocation): Promise<number | void> {
  if (call.options.has("watch")) {
    const { statusWatch } = await import(
      later("./status_watch.ts")
    ) as typeof import("./status_watch.ts");
    return await statusWatch(call);
  }
  const queue = await openQueue(call);
  await putBackAbandoned(queue);
  const placed = new Map<string, number>();
  const [jobs, workers, paused] = [queue.counts(placed), workersWithJobs(queue), queue.paused];
  const groups = groupsOf(queue);
  const failed = failedHooks(queue);
  const lost = jobs.processing === 0 ? 0 : lostJobs(queue);
  const unrecorded = jobs.processing === 0 ? 0 : unrecordedJobs(queue);
  const reason = pauseReason(queue);
  if (call.json) {
    const some = groups.length > 0 ? { groups } : {};
    const why = reason === undefined ? {} : { paused_because: reason };
    return printJson({
      dir: queue.dir,
      paused,
      ...why,
      jobs,
      workers,
      ...some,
      ...(lost > 0 && { lost }),
      ...(unrecorded > 0 && { unrecorded }),
      ...(failed.length > 0 && { failed_hooks: failed }),
    });
  }
  const paint = statePaint();
  printLines([
    `queue       ${visibleText(queue.dir)}`,
    `workers     ${workersText(workers)}`,
    ...stoppedLines(workers).map((line) => `stopped     ${line}`),
    `paused      ${paused ? `${visibleText(reason ?? "yes")} (queuectl worker resume)` : "no"}`,
    ...Object.entries(jobs).map(([state, count]) => `${paint(state.padEnd(12))}${count}`),
    ...(lost > 0 ? [lostLine(lost)] : []),
    ...(unrecorded > 0 ? [unrecordedLine(unrecorded)] : []),
    ...groups.map(groupLine),
    ...(failed.length > 0 ? [hooksLine(queue.dir, failed)] : []),
    ...[...placed].filter(([where]) => !workers.some((worker) => mayRunAt(where, worker)))
      .map(([where, count]) =>
        `no worker   ${whereText(where)}: ${counted(count, "job")} wait${count === 1 ? "s" : ""}`
      ),
  ], coloursStdout());
}

/** How many jobs only seem to run: their workers died. */
function lostJobs(queue: Queue): number {
  const died = diedWorkers(queue);
  if (died.size === 0) return 0;
  const { ofWorker } = runningJobs(queue, 0);
  return [...died].reduce((sum, name) => sum + (ofWorker.get(name)?.length ?? 0), 0);
}

/** How many jobs only seem to run: they have ended, and their workers could not record that. */
function unrecordedJobs(queue: Queue): number {
  const { ofWorker } = runningJobs(queue, 0);
  return [...ofWorker].reduce(
    (sum, [worker, ids]) => sum + unrecordedAmong(queue, worker, ids).length,
    0,
  );
}

function unrecordedLine(count: number): string {
  return `unrecorded  ${counted(count, "job")} ended, not recorded yet (disk full? see: ` +
    "queuectl doctor)";
}

function lostLine(lost: number): string {
  const them = lost === 1 ? "it" : "them";
  return `lost        ${
    counted(lost, "job")
  } of dead workers; the next worker takes ${them} back ` +
    "(queuectl worker start)";
}

function hooksLine(dir: string, failed: readonly FailedHook[]): string {
  const { hook, job, at, how } = failed.at(-1)!;
  const ago = formatAge(Date.now() - Date.parse(at));
  return `hooks       ${failed.length} failed in the last day, ${hook} of job ${job} ${ago} ago: ` +
    `${how} (see: tail ${quotedWord(`${dir}/hooks.log`)})`;
}

function groupLine({ name, limit, paused, running }: GroupView): string {
  const runs = limit === null ? `${running} running` : `${running} of ${limit} running`;
  const hint = paused ? `, paused (queuectl worker resume --group ${name})` : "";
  return `group       ${name}: ${runs}${hint}`;
}

function workersText(all: readonly WorkerWithJobs[]): string {
  const workers = all.filter(({ only }) => only === undefined);
  // Ended jobs that are being recorded need no slot any more, and may be a dozen.
  const busy = workers.reduce((sum, { jobs, slots }) => sum + Math.min(jobs.length, slots), 0);
  const slots = workers.reduce((sum, worker) => sum + worker.slots, 0);
  const runs = all.length - workers.length;
  const text = workers.length === 0
    ? "none alive (queuectl worker start)"
    : `${workers.length} alive, ${busy} of ${slots} slots busy`;
  return runs === 0 ? text : `${text}; ${runs} queuectl run`;
}
