/**
 * Workers that died and whose jobs nobody has taken over yet.
 *
 * @module
 */

import { seeWorkers } from "../contents/presence.ts";
import type { OpenQueue } from "../store/store.ts";

/**
 * The names of the workers of this machine that died, as the kernel has let go of their locks, and
 * that no other has recovered yet. What they seem to run is lost: the next worker takes it back.
 *
 * @example
 * ```ts
 * import { diedWorkers, Queue } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * const died = diedWorkers(queue);
 * for (const { id, running } of queue.list({ states: ["processing"] })) {
 *   if (running && died.has(running.worker)) console.log(id, "was lost with its worker");
 * }
 * ```
 */
export function diedWorkers({ store }: OpenQueue): Set<string> {
  const here = Deno.hostname();
  const died = seeWorkers(store).filter(({ alive, host, slots }) =>
    !alive && host === here && slots > 0
  );
  return new Set(died.map(({ name }) => name));
}
