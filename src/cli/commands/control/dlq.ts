/**
 * `queuectl dlq list`, `show`, `retry` and `clear`: dead jobs.
 *
 * @module
 */

import { type JobView, wasCancelled } from "../../../format/job.ts";
import type { Queue } from "../../../queue.ts";
import { QueueError, UsageError } from "../../../text/errors.ts";
import { openQueue } from "../../args/open_queue.ts";
import { selectionOf } from "../../args/selection.ts";
import type { Invocation } from "../../table/command.ts";
import { note, printJson, say } from "../../terminal/output.ts";
import { counted } from "../../text/counted.ts";
import { deadGroups, groupKeys, printDeadGroups } from "../../text/dead_groups.ts";
import { printDeadJobs, printJob } from "../../text/print_job.ts";
import { readsStdout } from "../../terminal/terminal.ts";
import { newestJobs } from "../watch/newest_jobs.ts";
import { type Deed, eachJob, eachOf, printChanged } from "./each_of.ts";
import { clearSelection, clearState, REMOVE } from "./queue.ts";

const DEAD = ["dead"] as const;
const RETRY: Deed = { verb: "retry", past: "retried", fitting: DEAD };

/** Lists the jobs that are out of retries, cancelled or malformed; newest last. */
export async function dlqList(call: Invocation): Promise<void> {
  const limit = call.options.whole("limit", 0, 1e15);
  const selection = selectionOf(call, DEAD) ?? { states: DEAD };
  const groupBy = call.options.text("group-by");
  const keys = groupBy === undefined ? undefined : groupKeys(groupBy);
  const queue = await openQueue(call);
  const list = (limit?: number) => queue.list({ ...selection, limit });
  if (keys) return printDeadGroups(deadGroups(list(limit), keys), keys, call.json);
  if (call.json || !readsStdout()) return printDeadJobs(queue, list(limit), call.json);
  const { jobs, total, more } = await newestJobs(queue, selection, limit);
  printDeadJobs(queue, jobs, false, total);
  if (more !== undefined) say(more);
}

/** Prints a dead job and each of its attempts. */
export async function dlqShow(call: Invocation): Promise<void> {
  const queue = await openQueue(call);
  await printJob(queue, findDead(queue, call.words[0]!), call.json);
}

/** Moves dead jobs to pending with a fresh count of attempts; prints their IDs. */
export async function dlqRetry(call: Invocation): Promise<number> {
  const { options } = call;
  if (["tag", "group", "state"].some((name) => options.has(name))) {
    if (options.has("cancelled")) throw new UsageError("give --state cancelled, not --cancelled");
    return await eachJob(call, RETRY, (queue, id, seen) => queue.requeue(id, seen));
  }
  const [all, cancelled] = [options.has("all"), options.has("cancelled")];
  if ((all || cancelled) === call.words.length > 0) {
    throw new UsageError(
      all || cancelled
        ? `give ${all ? "--all" : "--cancelled"} or IDs, not both`
        : "dlq retry needs an ID, --tag, --group, --state, --all or --cancelled",
    );
  }
  const queue = await openQueue(call);
  const isSelected = all || cancelled;
  const words = isSelected ? chosen(queue, all, cancelled) : call.words;
  const retried: string[] = [];
  const status = await eachOf(words, async (word) => {
    const { id } = findDead(queue, word);
    await queue.requeue(id);
    retried.push(id);
    if (!call.json) printChanged(id, isSelected);
  });
  if (call.json) printJson(retried.flatMap((id) => queue.get(id) ?? []));
  else if (isSelected && words.length > 0) say(`retried ${counted(retried.length, "job")}`);
  return status;
}

/**
 * Removes all dead jobs or those that options choose. Asks on a terminal; elsewhere needs `--yes`.
 */
export async function dlqClear(call: Invocation): Promise<number> {
  if (selectionOf(call, DEAD)) return await clearSelection(call, { ...REMOVE, fitting: DEAD });
  return await clearState(call, "dead");
}

/** The IDs of the dead jobs that failed, that were cancelled, or both; notes those it skips. */
function chosen(queue: Queue, failed: boolean, cancelled: boolean): string[] {
  const dead = queue.list({ states: ["dead"] });
  const ids = dead.filter((job) => wasCancelled(job) ? cancelled : failed).map(({ id }) => id);
  const left = dead.length - ids.length;
  if (dead.length === 0) say("no job is dead; there is nothing to retry");
  else if (!failed && ids.length === 0) say("no dead job was cancelled; there is nothing to retry");
  else if (!cancelled && left > 0) {
    note(`skipped ${counted(left, "cancelled job")} (see: queuectl dlq retry --cancelled)`);
  }
  return ids;
}

/** @throws {QueueError} If the text names no job, several, or one that is not dead. */
function findDead(queue: Queue, text: string): JobView {
  const job = queue.find(text);
  if (job.state === "dead") return job;
  throw new QueueError(`job ${job.id} is ${job.state}, not in the dead letter queue`);
}
