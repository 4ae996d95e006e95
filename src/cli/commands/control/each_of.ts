/**
 * Commands that take several IDs or names: each is tried, and what fails is reported.
 *
 * @module
 */

import type { JobView } from "../../../format/job.ts";
import type { Queue } from "../../../queue.ts";
import { QueueError } from "../../../text/errors.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { note, print, printJson } from "../../terminal/output.ts";

/**
 * Calls `act` once for each word, and reports each `QueueError` on stderr.
 *
 * @returns The exit status: 1 if any call failed, else 0.
 */
export async function eachOf(
  words: Iterable<string>,
  act: (word: string) => Promise<void> | void,
): Promise<number> {
  let status = 0;
  for (const word of new Set(words)) {
    try {
      await act(word);
    } catch (error) {
      if (!(error instanceof QueueError)) throw error;
      note(error.message);
      status = 1;
    }
  }
  return status;
}

/** Calls `act` with the ID of each job that the words name; prints the IDs, or the jobs as JSON. */
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

/** The IDs of the jobs that words name, and the exit status: 1 if a word names none. */
export async function namedJobs(
  queue: Queue,
  words: readonly string[],
): Promise<{ ids: Set<string>; status: number }> {
  const ids = new Set<string>();
  const status = await eachOf(words, (word) => void ids.add(queue.find(word).id));
  return { ids, status };
}
