/**
 * Opening the queue that a command is called for.
 *
 * @module
 */

import type { LockWait } from "../../store/store.ts";
import { locateQueue } from "../../store/locate_queue.ts";
import type { StoreOptions } from "../../store/open_store.ts";
import { Queue } from "../../queue.ts";
import type { Invocation } from "../table/command.ts";
import { parseDuration } from "../terminal/duration.ts";
import { say } from "../terminal/output.ts";

/**
 * Opens the queue of a command that looks at jobs, or acts on those there are.
 *
 * @throws {NoQueueError} If there is no queue: a mistyped `--dir` makes none.
 */
export function openQueue(call: Invocation, options?: StoreOptions): Promise<Queue> {
  return Queue.open(locateQueue(call.dir), {
    create: false,
    ofAnyUser: call.ofAnyUser,
    lockWait: lockWaitOf(call),
    ...options,
  });
}

/** As {@linkcode openQueue}, for a command that puts something in the queue: makes one, and says so on stderr. */
export function openOrMakeQueue(call: Invocation): Promise<Queue> {
  const place = locateQueue(call.dir);
  return Queue.open(place, {
    ofAnyUser: call.ofAnyUser,
    lockWait: lockWaitOf(call),
    created: () => sayCreated(place.dir),
  });
}

/** How long a command waits for another's change, as `--lock-wait` says; after a second it says for whose. */
function lockWaitOf({ lockWait: text }: Invocation): LockWait {
  return {
    waits: (sentence) => say(`queuectl: ${sentence}`),
    ...(text === undefined
      ? {}
      : { seconds: text === "none" ? Infinity : parseDuration(text, "--lock-wait") }),
  };
}

/** Says that a queue was made. */
export function sayCreated(dir: string): void {
  say(`queuectl: made a new queue, ${dir}`);
}
