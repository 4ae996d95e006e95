/**
 * `queuectl prune`: removes jobs that have ended.
 *
 * @module
 */

import { UsageError } from "../../../text/errors.ts";
import { type EndedState, pruneJobs } from "../../../moves/prune.ts";
import type { Invocation } from "../../table/command.ts";
import { parseDuration } from "../../terminal/duration.ts";
import { print, printJson } from "../../terminal/output.ts";
import { parseState } from "../../args/state_name.ts";
import { openQueue } from "../../args/open_queue.ts";

/** Removes jobs by age, by number, or both, and tells how many. */
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
  const queue = await openQueue(call);
  const { removed, awaited, history, worker_logs } = await pruneJobs(queue.store, {
    states,
    olderThan,
    keep,
    dryRun,
  });
  if (call.json) return printJson({ removed, awaited, history, worker_logs, dry_run: dryRun });
  const files = (history === 0 ? "" : `, and ${history} days' files of the history`) +
    (worker_logs === 0 ? "" : `, and what ${worker_logs} workers told that have left`);
  print(
    `${dryRun ? "would remove" : "removed"} ${removed.done} done and ${removed.dead} dead ` +
      `${removed.done + removed.dead === 1 ? "job" : "jobs"}${files}`,
  );
  if (awaited > 0) print(`kept ${awaited} more, for jobs that wait for them`);
}

function endedState(word: string): EndedState {
  const state = parseState(word.trim());
  if (state === "done" || state === "dead") return state;
  throw new UsageError(`prune removes what has ended, done or dead, not ${state}`);
}
