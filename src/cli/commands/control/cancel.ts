/**
 * `queuectl cancel`: cancels jobs.
 *
 * @module
 */

import { cancelJob } from "../../../control/cancel_job.ts";
import type { Entry } from "../../../contents/entries.ts";
import type { JobView } from "../../../format/job.ts";
import type { Queue } from "../../../queue.ts";
import { UsageError } from "../../../text/errors.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { noteAfter, printJson } from "../../terminal/output.ts";
import {
  type Deed,
  eachOf,
  eachSelected,
  namedJobs,
  printChanged,
  selectedJobs,
  selectionOrIds,
} from "./each_of.ts";

/** How long to wait before saying for what, in milliseconds. */
const NOTE_AFTER = 1000;

const CANCEL: Deed = {
  verb: "cancel",
  past: "cancelled",
  fitting: ["pending", "processing", "failed"],
};

/** Cancels jobs that wait or run; prints their IDs once they are dead. */
export async function cancel(call: Invocation): Promise<number> {
  const number = call.words.find((word) => /^-\d\d?$/.test(word));
  if (number !== undefined) {
    throw new UsageError(
      `unknown option ${number} (to send a signal: queuectl signal ID ${number.slice(1)})`,
    );
  }
  const selection = selectionOrIds(call, CANCEL);
  const queue = await openQueue(call);
  const selected = selection && await selectedJobs(call, queue, selection, CANCEL);
  if (selection && !selected) return 1;
  const named = await namedJobs(queue, call.words);
  const open = new Set(selected ? selected.jobs.keys() : named.ids);
  const cancelled: JobView[] = [];
  const ends = cancelEach(queue, [...open], selected?.jobs);
  const ended = async (id: string) => {
    try {
      cancelled.push(await ends.get(id)!);
      if (!call.json) printChanged(id, selected !== undefined);
    } finally {
      open.delete(id);
    }
  };
  const quiet = noteAfter(
    NOTE_AFTER,
    () =>
      `waiting for ${
        [...open].slice(0, 20).join(", ")
      } to end: a command that ignores SIGTERM is killed after ` +
      `kill_grace; a worker that cannot record an end (a full disk?) says so itself`,
  );
  const failed = selected
    ? await eachSelected(queue, selected, CANCEL, ended)
    : await eachOf(ends.keys(), ended);
  quiet();
  if (call.json) printJson(cancelled);
  return Math.max(named.status, failed);
}

/**
 * Running jobs are cancelled all at once, as each may take its grace, and so are those named by
 * IDs. Those that wait are as quick one after another: there may be thousands.
 */
function cancelEach(
  queue: Queue,
  ids: readonly string[],
  seen?: ReadonlyMap<string, Entry>,
): Map<string, Promise<JobView>> {
  let before: Promise<unknown> = Promise.resolve();
  const ends = new Map(ids.map((id): [string, Promise<JobView>] => {
    const entry = seen?.get(id);
    if (!entry || entry.state === "processing") return [id, cancelJob(queue, id, entry)];
    const end = before.then(() => cancelJob(queue, id, entry));
    before = end.catch(() => {});
    return [id, end];
  }));
  for (const end of ends.values()) end.catch(() => {});
  return ends;
}
