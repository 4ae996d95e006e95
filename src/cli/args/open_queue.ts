/**
 * Opening the queue that a command is called for.
 *
 * @module
 */

import { locateQueue } from "../../store/locate_queue.ts";
import type { StoreOptions } from "../../store/open_store.ts";
import { Queue } from "../../queue.ts";
import type { Invocation } from "../table/command.ts";
import { parseDuration } from "./duration_option.ts";
import { note } from "../terminal/output.ts";

/**
 * Opens the queue of a command that shows or changes jobs.
 *
 * @throws {NoQueueError} If there is no queue: a mistyped `--dir` must not make one.
 */
export function openQueue(call: Invocation, options?: StoreOptions): Promise<Queue> {
  return Queue.open(locateQueue(call.dir), { create: false, ...accessOf(call), ...options });
}

/** Opens the queue of a command that adds something; if there is none, makes one and says so. */
export function openOrMakeQueue(call: Invocation): Promise<Queue> {
  const place = locateQueue(call.dir);
  const created = () => note(`made a new queue, ${place.dir}`);
  return Queue.open(place, { ...accessOf(call), created });
}

function accessOf({ ofAnyUser, lockWait }: Invocation): StoreOptions {
  const seconds = lockWait === undefined ? {} : {
    seconds: lockWait === "none" ? Infinity : parseDuration(lockWait, "--lock-wait"),
  };
  return { ofAnyUser, lockWait: { waits: note, ...seconds } };
}
