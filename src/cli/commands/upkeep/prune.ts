/**
 * `queuectl prune`: removes jobs that have ended.
 *
 * @module
 */

import { type EndedState, pruneJobs } from "../../../moves/prune.ts";
import type { SelectableState } from "../../../format/names.ts";
import { UsageError } from "../../../text/errors.ts";
import { openQueue } from "../../args/open_queue.ts";
import { mayChange, selectionOf, statesOf } from "../../args/selection.ts";
import type { Invocation } from "../../table/command.ts";
import { parseDuration } from "../../args/duration_option.ts";
import { print, printJson } from "../../terminal/output.ts";
import { counted } from "../../text/counted.ts";

/** Removes jobs by age, number, tag or group, and prints how many. */
export async function prune(call: Invocation): Promise<number | void> {
  const { options } = call;
  const states = statesOf(options)?.map(endedState);
  const { tags, group } = selectionOf(call) ?? {};
  const age = options.text("older-than");
  const olderThan = age === undefined ? undefined : parseDuration(age, "--older-than") * 1000;
  const keep = options.whole("keep", 0, 1e15);
  const isBounded = olderThan !== undefined || keep !== undefined;
  if (!isBounded && !tags && group === undefined) {
    throw new UsageError(
      "prune needs --older-than, --keep, --tag or --group, such as: prune --older-than 7d",
    );
  }
  const dryRun = options.has("dry-run");
  const { store } = await openQueue(call);
  const wanted = { states, tags, group, olderThan, keep };
  if (!isBounded && !dryRun) {
    const { removed } = await pruneJobs(store, { ...wanted, dryRun: true });
    if (!mayChange(call, "remove", removed.done + removed.dead)) return 1;
  }
  const pruned = await pruneJobs(store, { ...wanted, dryRun });
  const { removed, awaited, history, worker_logs } = pruned;
  if (call.json) return printJson({ removed, awaited, history, worker_logs, dry_run: dryRun });
  const counts = [
    `${removed.done} done and ${removed.dead} dead jobs`,
    ...(history > 0 ? [counted(history, "old history file")] : []),
    ...(worker_logs > 0 ? [counted(worker_logs, "old worker log")] : []),
  ];
  print(`${dryRun ? "would remove" : "removed"} ${counts.join(", ")}`);
  if (awaited > 0) print(`kept ${awaited} more, because other jobs depend on them`);
}

function endedState(state: SelectableState): EndedState | "cancelled" {
  if (state === "done" || state === "dead" || state === "cancelled") return state;
  throw new UsageError(`prune removes done or dead jobs, not ${state} ones`);
}
