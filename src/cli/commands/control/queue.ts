/**
 * `queuectl queue clear` and `queue path`: the queue as a whole.
 *
 * @module
 */

import { JOB_STATES, type JobState } from "../../../format/names.ts";
import type { Queue } from "../../../queue.ts";
import { locateQueue } from "../../../store/locate_queue.ts";
import { QueueError, UsageError } from "../../../text/errors.ts";
import { quotedWord } from "../../../text/shown_text.ts";
import { openQueue } from "../../args/open_queue.ts";
import { parseState } from "../../table/shared_options.ts";
import type { Invocation } from "../../table/command.ts";
import { note, printAnswer, printJson, printText, say } from "../../terminal/output.ts";
import { counted } from "../../text/counted.ts";

/** Prints the queue's directory, whether it exists yet or not. */
export function queuePath(call: Invocation): void {
  const { dir } = locateQueue(call.dir);
  if (call.json) printJson({ dir });
  else printText(dir);
}

/** Removes all pending jobs or those of `--state`. Asks on a terminal; elsewhere needs `--yes`. */
export async function queueClear(call: Invocation): Promise<number> {
  const given = parseState(call.options.text("state") ?? "pending");
  const state = JOB_STATES.find((state) => state === given);
  if (!state) throw new UsageError(`queue clear clears ${JOB_STATES.join(", ")}, not ${given}`);
  if (state === "processing") {
    throw new QueueError(
      "a running job cannot be removed; put it back first: queuectl worker stop --now",
    );
  }
  const yes = call.options.has("yes");
  if (!yes && !Deno.stdin.isTerminal()) {
    throw new UsageError(
      `removing all ${state} jobs needs --yes where no terminal can ask`,
    );
  }
  return await clearState(await openQueue(call), state, !yes, call.json);
}

/**
 * Removes all jobs of a state and prints how many there were.
 *
 * @param ask Whether to ask the person at the terminal first.
 * @returns The exit status: 1 if the person said no, or jobs were kept.
 */
export async function clearState(
  queue: Queue,
  state: Exclude<JobState, "processing">,
  ask: boolean,
  json: boolean,
): Promise<number> {
  if (ask) {
    const counts = queue.counts();
    const count = state === "pending" ? counts.pending + counts.delayed : counts[state];
    const jobs = count === 1 ? "the one job" : `all ${count} jobs`;
    if (count > 0 && !/^y(es)?$/i.test(prompt(`Remove ${jobs} in ${state}? [y/N]`) ?? "")) {
      say("nothing was removed");
      return 1;
    }
  }
  let kept: ReadonlySet<string> = new Set();
  const removed = await queue.clear(state, (ids) => kept = ids);
  printAnswer(json, { removed }, `removed ${counted(removed, `${state} job`)}`);
  if (kept.size === 0) return 0;
  const [first] = kept;
  note(
    `kept ${counted(kept.size, "job")}, because other jobs depend on it ` +
      `(see: queuectl show ${quotedWord(first!)})`,
  );
  return 1;
}
