/**
 * Removing all jobs of a state.
 *
 * @module
 */

import type { JobState } from "../../../format/names.ts";
import type { Queue } from "../../../queue.ts";
import { quotedWord } from "../../../text/shown_text.ts";
import { print, printJson, say } from "../../terminal/output.ts";

/**
 * Removes all jobs of a state and prints how many there were.
 *
 * @param ask Whether a person is to be asked first.
 * @returns The exit status: 1 if the person said no.
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
  if (json) printJson({ removed });
  else print(`removed ${removed} ${state} ${removed === 1 ? "job" : "jobs"}`);
  if (kept.size === 0) return 0;
  const [first] = kept;
  say(
    `queuectl: ${
      kept.size === 1 ? "1 job was" : `${kept.size} jobs were`
    } kept, as others wait for it or ` +
      `have yet to see how it ended (see: queuectl show ${quotedWord(first!)})`,
  );
  return 1;
}
