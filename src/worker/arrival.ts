/**
 * How a worker makes itself known.
 *
 * @module
 */

import { QueueError, reasonWithin } from "../text/errors.ts";
import { arrive, type Presence } from "../contents/presence.ts";
import type { Store } from "../store/store.ts";
import { VERSION } from "../version.ts";

/** What others are told of a worker beside its slots. */
export interface Arrival {
  /** The only job that it works, if so. */
  only?: string;
  /** The worker in whose slot it works, if so. */
  partOf?: string;
}

/**
 * Makes a worker of this process live.
 *
 * @throws {QueueError} If the queue's disk takes no file.
 */
export function arriveToWork(store: Store, slots: number, { only, partOf }: Arrival): Presence {
  try {
    return arrive(store, {
      host: Deno.hostname(),
      pid: Deno.pid,
      slots,
      started_at: new Date(store.now()).toISOString(),
      version: VERSION,
      ...(only !== undefined && { only }),
      ...(partOf !== undefined && { part_of: partOf }),
    });
  } catch (error) {
    throw new QueueError(`cannot work the queue ${store.dir}: ${reasonWithin(error)}`);
  }
}
