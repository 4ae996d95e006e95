/**
 * Commands that do something to each of several jobs.
 *
 * @module
 */

import type { JobView } from "../../../format/job.ts";
import type { Queue } from "../../../queue.ts";
import type { Invocation } from "../../table/command.ts";
import { eachOf } from "./each_of.ts";
import { print, printJson } from "../../terminal/output.ts";
import { openQueue } from "../../args/open_queue.ts";

/**
 * Does something to the job of each word, all that can be done; prints the IDs, with `--json` the jobs as they
 * are then.
 *
 * @param act Gets a whole ID.
 * @returns The exit status: 0, or 1 if anything could not be done.
 */
export async function eachJob(
  call: Invocation,
  act: (queue: Queue, id: string) => Promise<unknown>,
): Promise<number> {
  const queue = await openQueue(call);
  const jobs: (JobView | undefined)[] = [];
  const status = await eachOf(call.words, async (word) => {
    const { id } = queue.find(word);
    await act(queue, id);
    if (call.json) jobs.push(queue.get(id));
    else print(id);
  });
  if (call.json) printJson(jobs.filter((job) => job !== undefined));
  return status;
}
