/**
 * `queuectl worker stop`: workers leave.
 *
 * @module
 */

import { QueueError } from "../../../text/errors.ts";
import type { Invocation } from "../../table/command.ts";
import { eachOf } from "../control/each_of.ts";
import { print, say } from "../../terminal/output.ts";
import { openQueue } from "../../args/open_queue.ts";

/** How often to see whether a worker has left, in milliseconds. */
const LOOK_EVERY = 50;
/** How long to wait before saying for what, in milliseconds. */
const TELL_AFTER = 3000;

/** Asks all workers, or those named, to leave, and waits until they have; prints their names. */
export async function workerStop(call: Invocation): Promise<number> {
  const queue = await openQueue(call, { evenMisconfigured: true });
  const now = call.options.has("now");
  const alive = queue.workers().map(({ name }) => name);
  if (call.words.length === 0 && alive.length === 0) {
    say("no worker is alive; there is nothing to stop");
    return 0;
  }
  const asked = new Set<string>();
  const words = call.words.length > 0 ? call.words : alive;
  const status = await eachOf(words, (word) => {
    const name = meantWorker(word, alive);
    queue.stopWorker(name, now);
    asked.add(name);
  });
  const notice = setTimeout(() => {
    say(
      `queuectl: waiting for ${[...asked].join(", ")} to finish ` +
        (now ? "and leave" : "what runs; with --now it is put back instead"),
    );
  }, TELL_AFTER);
  while (asked.size > 0) {
    const left = new Set(queue.workers().map(({ name }) => name));
    for (const name of asked) {
      if (left.has(name)) continue;
      asked.delete(name);
      print(name);
    }
    if (asked.size > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
  clearTimeout(notice);
  return status;
}

/** The worker that a word means: its name, or a beginning or end that no other has. */
function meantWorker(word: string, alive: readonly string[]): string {
  if (alive.includes(word)) return word;
  const matches = alive.filter((name) => name.startsWith(word) || name.endsWith(word));
  if (matches.length === 1) return matches[0]!;
  if (matches.length === 0) {
    throw new QueueError(`no worker "${word}" is alive (see: queuectl worker list)`);
  }
  throw new QueueError(`"${word}" could mean ${matches.join(", ")}; give more of the name`);
}
