/**
 * Opening the queue that a command is called for.
 *
 * @module
 */

import { shownVariable } from "../../format/secrets.ts";
import { locateQueue, type QueuePlace } from "../../store/locate_queue.ts";
import type { StoreOptions } from "../../store/open_store.ts";
import { Queue } from "../../queue.ts";
import type { Invocation } from "../table/command.ts";
import { parseDuration } from "./duration_option.ts";
import { hideSecrets, note, sayMade } from "../terminal/output.ts";

/**
 * Opens the queue of a command that shows or changes jobs.
 *
 * @throws {NoQueueError} If there is no queue: a mistyped `--dir` must not make one.
 */
export function openQueue(call: Invocation, options?: StoreOptions): Promise<Queue> {
  return open(call, locateQueue(call.dir), { create: false, ...options });
}

/**
 * Opens the queue of a command that adds something; if there is none, makes one and says so.
 *
 * @param making Called before that: throws if what is to be added can be in no new queue.
 */
export function openOrMakeQueue(
  call: Invocation,
  making?: StoreOptions["making"],
): Promise<Queue> {
  return open(call, locateQueue(call.dir), { making });
}

async function open(call: Invocation, place: QueuePlace, options: StoreOptions): Promise<Queue> {
  const queue = await Queue.open(place, {
    ...accessOf(call),
    ...sayMade(place.dir),
    ...options,
  });
  hideSecrets(shownVariable(queue.store.config.secret_names));
  return queue;
}

function accessOf({ ofAnyUser, lockWait }: Invocation): StoreOptions {
  const seconds = lockWait === undefined ? {} : {
    seconds: lockWait === "none" ? Infinity : parseDuration(lockWait, "--lock-wait"),
  };
  return { ofAnyUser, lockWait: { waits: note, ...seconds } };
}
