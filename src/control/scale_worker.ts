/**
 * Changing how many jobs a live worker runs at once, on whatever machine: this leaves a request
 * beside the worker's file in workers/, which the worker takes once it has done so.
 *
 * @module
 */

import { presencePath, seeWorkers } from "../contents/presence.ts";
import { requestSlots, stopRequested } from "../contents/requests.ts";
import { slotCount } from "../format/settings.ts";
import { waitForAnswer } from "../inspect/follow.ts";
import { ring } from "../store/ring.ts";
import { type OpenQueue, removeIfThere } from "../store/store.ts";
import { MissingError, QueueError, UsageError } from "../text/errors.ts";
import { visibleText } from "../text/shown_text.ts";

/**
 * Changes how many jobs a live worker runs at once, until it exits. With more, waiting jobs start
 * immediately; with fewer, running jobs go on to their end. Of several such calls the last counts.
 * A worker that a signal told to stop takes the number too, and still claims nothing.
 *
 * @param name The worker's whole name.
 * @param slots From 1 to 1024.
 * @throws {UsageError} If `slots` is no such number.
 * @throws {QueueError} If the worker is not alive, was asked to stop, works only one job, or exits
 * before it has heard of this.
 *
 * @example
 * ```ts
 * import { Queue, scaleWorker } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * for (const { name } of queue.workers()) await scaleWorker(queue, name, 4);
 * ```
 */
export async function scaleWorker(queue: OpenQueue, name: string, slots: number): Promise<void> {
  refuseSlots(slots);
  const { store } = queue;
  const find = () => seeWorkers(store).find((seen) => seen.name === name && seen.alive);
  const worker = find();
  if (!worker || worker.slots === 0) {
    throw new MissingError(
      `no worker "${visibleText(name)}" is alive (see: queuectl worker list)`,
    );
  }
  const refuse = (why: string) => new QueueError(`cannot scale worker ${name}: ${why}`);
  if (worker.only !== undefined) throw refuse(`it works only job ${worker.only} (queuectl run)`);
  if (stopRequested(store, name)) throw refuse("it was asked to stop");
  const path = requestSlots(store, name, slots);
  ring(store);
  for (;;) {
    await waitForAnswer(queue, name, path, presencePath(store, name));
    const isTaken = !store.files.exists(path, "fresh");
    if (!find()) break;
    if (isTaken) return;
  }
  removeIfThere(store, path);
  throw refuse("it has just exited");
}

/**
 * Refuses a number of slots that no worker can have.
 *
 * @throws {UsageError} If it is no whole number from 1 to 1024; for 0 the error says how to pause.
 */
export function refuseSlots(slots: number): void {
  if (slots === 0) {
    throw new UsageError(
      "a worker has at least 1 slot; to start no more jobs: queuectl worker pause",
    );
  }
  const fault = slotCount.check(slots);
  if (fault) throw new UsageError(`the number of slots ${fault}, not ${slots}`);
}
