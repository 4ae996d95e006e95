/**
 * `queuectl hold`, `release`, `move`, `retry` and `rm`: each of several jobs.
 *
 * @module
 */

import { WaitedForError } from "../../../constraints/waiters.ts";
import { putBackAbandoned } from "../../../control/abandoned_edits.ts";
import { holdJob, moveJob, releaseJob } from "../../../control/waiting_jobs.ts";
import { UsageError } from "../../../text/errors.ts";
import { optionValue, readyAtOf } from "../../args/job_options.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { print } from "../../terminal/output.ts";
import { eachJob, eachOf } from "./each_of.ts";

/** Holds waiting jobs until they are released. */
export function hold(call: Invocation): Promise<number> {
  return eachJob(call, holdJob);
}

/** Releases held jobs. */
export function release(call: Invocation): Promise<number> {
  return eachJob(call, releaseJob);
}

/** Makes jobs ready that have ended or wait for their retry. */
export function retry(call: Invocation): Promise<number> {
  return eachJob(call, (queue, id) => queue.requeue(id));
}

/** Gives waiting jobs another priority or time. */
export async function move(call: Invocation): Promise<number> {
  const priority = optionValue(call.options, "priority") as number | undefined;
  const at = readyAtOf(call.options, Date.now());
  if (priority === undefined && at === undefined) {
    throw new UsageError("move needs --priority N, --at TIME or --delay DUR");
  }
  return await eachJob(call, (queue, id) => moveJob(queue, id, { priority, at }));
}

/** Removes jobs that do not run, and their logs; a job before the jobs that it depends on. */
export async function rm(call: Invocation): Promise<number> {
  const queue = await openQueue(call);
  await putBackAbandoned(queue);
  let status = 0;
  let words: readonly string[] = call.words;
  for (let last = false; words.length > 0;) {
    const refused: string[] = [];
    const left = words.length;
    const failed = await eachOf(words, async (word) => {
      const { id } = queue.find(word);
      try {
        await queue.remove(id);
      } catch (error) {
        if (last || !(error instanceof WaitedForError)) throw error;
        refused.push(word);
        return;
      }
      print(id);
    });
    status = Math.max(status, failed);
    last = refused.length === left;
    words = refused;
  }
  return status;
}
