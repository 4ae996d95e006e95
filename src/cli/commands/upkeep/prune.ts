/**
 * `queuectl prune`: removes jobs that have ended.
 *
 * @module
 */

import { type EndedState, pruneJobs } from "../../../moves/prune.ts";
import { UsageError } from "../../../text/errors.ts";
import { openQueue } from "../../args/open_queue.ts";
import { parseState } from "../../table/shared_options.ts";
import type { Invocation } from "../../table/command.ts";
import { parseDuration } from "../../args/duration_option.ts";
import { print, printJson } from "../../terminal/output.ts";
import { counted } from "../../text/counted.ts";

/** Removes jobs by age, by number, or both, and prints how many. */
export async function prune(call: Invocation): Promise<void> {
  const { options } = call;
  const states = options.text("state")?.split(",").map(endedState);
  const age = options.text("older-than");
  const olderThan = age === undefined ? undefined : parseDuration(age, "--older-than") * 1000;
  const keep = options.whole("keep", 0, 1e15);
  if (olderThan === undefined && keep === undefined) {
    throw new UsageError("prune needs --older-than or --keep, such as: prune --older-than 7d");
  }
  const dryRun = options.has("dry-run");
  const { store } = await openQueue(call);
  const pruned = await pruneJobs(store, { states, olderThan, keep, dryRun });
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

function endedState(word: string): EndedState {
  const state = parseState(word.trim());
  if (state === "done" || state === "dead") return state;
  throw new UsageError(`prune removes done or dead jobs, not ${state} ones`);
}
