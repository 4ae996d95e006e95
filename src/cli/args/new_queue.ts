/**
 * What is checked before a queue is made for it.
 *
 * @module
 */

import type { JobInput } from "../../format/job.ts";
import type { Store } from "../../store/store.ts";
import { later } from "../../text/later.ts";

/** Refuses jobs that no new queue takes, so that none is made for them: for `making`. */
export function refusedIfNew(
  inputs: readonly JobInput[],
  explained: (error: unknown) => unknown = (error) => error,
): (store: Store) => Promise<void> {
  return async (store) => {
    const { refuseInNewQueue } = await import(
      later("../../moves/admit.ts")
    ) as typeof import("../../moves/admit.ts");
    try {
      refuseInNewQueue(store, inputs);
    } catch (error) {
      throw explained(error);
    }
  };
}
