/**
 * `queuectl hold`, `release`, `move`, `retry`, `restart` and `rm`: each of several jobs.
 *
 * @module
 */

import { WaitedForError } from "../../../constraints/waiters.ts";
import { putBackAbandoned } from "../../../control/abandoned_edits.ts";
import { restartJob, retryEdited } from "../../../control/restart_job.ts";
import { holdJob, moveJob, moveJobBefore, releaseJob } from "../../../control/waiting_jobs.ts";
import { UsageError } from "../../../text/errors.ts";
import { optionValue, readyAtOf } from "../../args/job_options.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { print, printJson, say } from "../../terminal/output.ts";
import { counted } from "../../text/counted.ts";
import {
  type Deed,
  eachJob,
  eachOf,
  printChanged,
  selectedJobs,
  selectionOrIds,
  skippedText,
} from "./each_of.ts";
import { inEditor } from "./edit.ts";
import { REMOVE, removeSelected } from "./queue.ts";

const HOLD: Deed = { verb: "hold", past: "held", fitting: ["pending", "failed"] };
const RELEASE: Deed = { verb: "release", past: "released", fitting: ["held"] };
const MOVE: Deed = { verb: "move", past: "moved", fitting: ["pending", "failed"] };
const RETRY: Deed = {
  verb: "retry",
  past: "retried",
  fitting: ["failed", "done", "dead"],
  usual: ["failed", "dead"],
};

const RESTART: Deed = {
  verb: "restart",
  past: "restarted",
  fitting: ["pending", "processing", "failed", "done", "dead"],
  usual: ["done", "dead"],
};

/** Holds waiting jobs until they are released. */
export function hold(call: Invocation): Promise<number> {
  return eachJob(call, HOLD, holdJob);
}

/** Releases held jobs. */
export function release(call: Invocation): Promise<number> {
  return eachJob(call, RELEASE, releaseJob);
}

/** Makes jobs ready that have ended or wait for their retry. */
export function retry(call: Invocation): Promise<number> {
  if (!call.options.has("edit")) {
    return eachJob(call, RETRY, (queue, id, seen) => queue.requeue(id, seen));
  }
  refuseSeveral(call);
  return eachJob(
    call,
    RETRY,
    (queue, id) => inEditor(id, (change) => retryEdited(queue, id, change)),
  );
}

/** Adds new copies of jobs. */
export function restart(call: Invocation): Promise<number> {
  const isEdited = call.options.has("edit");
  if (isEdited) refuseSeveral(call);
  return eachJob(call, RESTART, async (queue, id) => {
    const copy = isEdited
      ? await inEditor(id, (change) => restartJob(queue, id, change))
      : await restartJob(queue, id);
    return copy.id;
  });
}

/** @throws {UsageError} If a call to edit a job does not name just one. */
function refuseSeveral({ command, words }: Invocation): void {
  if (words.length !== 1) throw new UsageError(`${command.name} --edit takes one ID`);
}

/** Gives waiting jobs another priority or time. */
export async function move(call: Invocation): Promise<number> {
  const priority = optionValue(call.options, "priority") as number | undefined;
  const at = readyAtOf(call.options, Date.now());
  const before = call.options.text("before");
  if (before !== undefined) {
    if (priority !== undefined || at !== undefined) {
      throw new UsageError(
        "--before gives a job the priority and time of the other; give it alone",
      );
    }
    return await eachJob(
      call,
      MOVE,
      (queue, id) => moveJobBefore(queue, id, queue.find(before).id),
    );
  }
  if (priority === undefined && at === undefined) {
    throw new UsageError("move needs --priority N, --at TIME, --delay DUR or --before ID");
  }
  return await eachJob(call, MOVE, (queue, id, seen) => moveJob(queue, id, { priority, at }, seen));
}

/** Removes jobs that do not run, and their logs; a job before the jobs that it depends on. */
export async function rm(call: Invocation): Promise<number> {
  const selection = selectionOrIds(call, REMOVE);
  const queue = await openQueue(call);
  await putBackAbandoned(queue);
  if (selection) {
    const selected = await selectedJobs(call, queue, selection, REMOVE);
    if (!selected) return 1;
    const { removed, kept, status } = await removeSelected(queue, selected);
    if (call.json) printJson(removed);
    else for (const id of removed) printChanged(id, true);
    const skipped = selected.jobs.size - removed.length - kept;
    say(`removed ${counted(removed.length, "job")}${skippedText(skipped)}`);
    return status;
  }
  const removed: string[] = [];
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
      if (call.json) removed.push(id);
      else print(id);
    });
    status = Math.max(status, failed);
    last = refused.length === left;
    words = refused;
  }
  if (call.json) printJson(removed);
  return status;
}
