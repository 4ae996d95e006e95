/**
 * A job that a worker owns, for tests of what comes after.
 *
 * @module
 */

import { type Claim, claim } from "../src/moves/claim.ts";
import { drop, type TemporaryQueue } from "./temporary_queue.ts";
import { waitingEntry } from "./waiting_entry.ts";

/**
 * Drops a job into a queue and claims it, as a worker would that has started it: with a log.
 *
 * @param stamp The beginning of its name in pending/: when it was ready, and its priority.
 * @param worker Who claims it.
 */
export async function runningJob(
  { queue, dir }: TemporaryQueue,
  id: string,
  stamp = "20200101T000000.000Z-5",
  worker = "host-1-ab",
): Promise<Claim> {
  const name = `${stamp}-${id}.json`;
  drop(dir, `pending/${name}`, '{"command":"true"}');
  const result = await claim(queue.store, waitingEntry(name), worker);
  if (result.kind !== "claimed") throw new Error(result.kind);
  drop(dir, `processing/${id}.log`, `output of ${id}`);
  return result.claim;
}
