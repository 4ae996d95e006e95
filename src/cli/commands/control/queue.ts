/**
 * `queuectl queue clear` and `queue path`: the queue as a whole.
 *
 * @module
 */

import type { JobState, SelectableState } from "../../../format/names.ts";
import type { Queue } from "../../../queue.ts";
import { locateQueue } from "../../../store/locate_queue.ts";
import { QueueError } from "../../../text/errors.ts";
import { quotedWord } from "../../../text/shown_text.ts";
import { clearJobs } from "../../../moves/remove.ts";
import { openQueue } from "../../args/open_queue.ts";
import { isAgreed, needYes, selectionOf, statesOf } from "../../args/selection.ts";
import type { Invocation } from "../../table/command.ts";
import { note, printAnswer, printJson, printText } from "../../terminal/output.ts";
import { counted } from "../../text/counted.ts";
import { type Deed, type SelectedJobs, selectedJobs } from "./each_of.ts";

/** Prints the queue's directory, whether it exists yet or not. */
export function queuePath(call: Invocation): void {
  const { dir } = locateQueue(call.dir);
  if (call.json) printJson({ dir });
  else printText(dir);
}

/** Removing several jobs. */
export const REMOVE: Deed = {
  verb: "remove",
  past: "removed",
  fitting: ["pending", "failed", "done", "dead"],
};

/**
 * Removes all pending jobs, or those that the options choose. Asks on a terminal; elsewhere needs
 * `--yes`.
 */
export async function queueClear(call: Invocation): Promise<number> {
  const states = statesOf(call.options) ?? ["pending"];
  if (states.includes("processing")) {
    throw new QueueError(
      "a running job cannot be removed; put it back first: queuectl worker stop --now",
    );
  }
  const [state] = states;
  const isWhole = states.length === 1 && isClearable(state);
  if (!isWhole || call.options.has("tag") || call.options.has("group")) {
    return await clearSelection(call, { ...REMOVE, usual: ["pending"] });
  }
  return await clearState(call, state);
}

function isClearable(
  state: SelectableState | undefined,
): state is Exclude<JobState, "processing"> {
  return state !== undefined && REMOVE.fitting.includes(state);
}

/** Removes the jobs that options choose, and prints how many there were. */
export async function clearSelection(call: Invocation, deed: Deed): Promise<number> {
  const selection = selectionOf(call, deed.fitting, deed.usual) ?? {};
  const queue = await openQueue(call);
  const selected = await selectedJobs(call, queue, selection, deed);
  if (!selected) return 1;
  const { removed, status } = await removeSelected(queue, selected);
  const count = removed.length;
  printAnswer(call.json, { removed: count }, `removed ${counted(count, "job")}`);
  return status;
}

/**
 * Removes jobs that do not run, and their logs; says which stay because others depend on them.
 *
 * @returns The IDs of those that were removed, and the exit status: 1 if jobs were kept.
 */
export async function removeSelected(
  { store }: Queue,
  { selection, jobs }: SelectedJobs,
): Promise<{ removed: string[]; kept: number; status: number }> {
  let kept: ReadonlySet<string> = new Set();
  const meant = { ...selection, ids: [...jobs.keys()] };
  const removed = await clearJobs(store, meant, (ids) => kept = ids);
  return { removed, kept: kept.size, status: saysKept(kept) };
}

/** Says which jobs stay because others depend on them; gives the exit status, 1 if any do. */
function saysKept(kept: ReadonlySet<string>): number {
  if (kept.size === 0) return 0;
  const [first] = kept;
  note(
    `kept ${counted(kept.size, "job")}, because other jobs depend on it ` +
      `(see: queuectl show ${quotedWord(first!)})`,
  );
  return 1;
}

/**
 * Removes all jobs of a state and prints how many there were. Asks on a terminal; elsewhere needs
 * `--yes`.
 *
 * @returns The exit status: 1 if the person said no, or jobs were kept.
 */
export async function clearState(
  call: Invocation,
  state: Exclude<JobState, "processing">,
): Promise<number> {
  needYes(call, `removing all ${state} jobs`);
  const queue = await openQueue(call);
  const counts = queue.counts();
  const count = state === "pending" ? counts.pending + counts.delayed : counts[state];
  const jobs = count === 1 ? "the one job" : `all ${count} jobs`;
  if (count > 0 && !isAgreed(call, `Remove ${jobs} in ${state}?`)) return 1;
  let kept: ReadonlySet<string> = new Set();
  const removed = await queue.clear(state, (ids) => kept = ids);
  printAnswer(call.json, { removed }, `removed ${counted(removed, `${state} job`)}`);
  return saysKept(kept);
}
