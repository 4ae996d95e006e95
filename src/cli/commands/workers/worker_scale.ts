/**
 * `queuectl worker scale`: changes how many jobs live workers run at once.
 *
 * @module
 */

import { refuseSlots, scaleWorker } from "../../../control/scale_worker.ts";
import { QueueError, UsageError } from "../../../text/errors.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { noteAfter, print, printJson } from "../../terminal/output.ts";
import { eachOf } from "../control/each_of.ts";
import { namedWorker } from "./worker.ts";

/** How long to wait before saying for what, in milliseconds. */
const NOTE_AFTER = 1000;

/** Gives all workers, or those named, so many slots; prints the names of those that took them. */
export async function workerScale(call: Invocation): Promise<number> {
  const [word, ...words] = call.words;
  const slots = slotsOf(word!);
  const queue = await openQueue(call);
  const workers = queue.workers();
  const alive = workers.map(({ name }) => name);
  // The worker of a `queuectl run` has its one job.
  const all = workers.filter(({ only }) => only === undefined).map(({ name }) => name);
  if (words.length === 0 && all.length === 0) {
    throw new QueueError(
      `no worker is alive; to start one: queuectl worker start --count ${slots} --detach`,
    );
  }
  const names = new Set<string>();
  const status = await eachOf(
    words.length > 0 ? words : all,
    (word) => void names.add(namedWorker(word, alive)),
  );
  const waiting = new Set(names);
  const scaled: { name: string; slots: number }[] = [];
  const quiet = noteAfter(NOTE_AFTER, () => `waiting for ${[...waiting].join(", ")} to hear of it`);
  const ends = await Promise.all([...names].map((name) =>
    eachOf([name], async () => {
      try {
        await scaleWorker(queue, name, slots);
      } finally {
        waiting.delete(name);
      }
      scaled.push({ name, slots });
      if (!call.json) print(name);
    })
  ));
  quiet();
  if (call.json) printJson(scaled);
  return Math.max(status, ...ends);
}

/** @throws {UsageError} If a word is no number of slots. */
function slotsOf(word: string): number {
  if (!/^\d{1,15}$/.test(word)) {
    throw new UsageError(
      `N must be a whole number from 1 to 1024, not "${word}" (queuectl worker scale N [NAME…])`,
    );
  }
  const slots = Number(word);
  refuseSlots(slots);
  return slots;
}
