/**
 * Sending a signal to a running job, on whatever machine: this leaves a request beside its worker's
 * file in workers/, which that worker removes once it has sent the signal.
 *
 * @module
 */

import { entryPath } from "../contents/entries.ts";
import { isUnrecorded, unrecordedText } from "../contents/job_output_files.ts";
import { seeWorkers } from "../contents/presence.ts";
import { requestSignal } from "../contents/requests.ts";
import { entryAtRest } from "../inspect/entry_at_rest.ts";
import { waitForAnswer } from "../inspect/follow.ts";
import { signalNumber } from "../process/signals.ts";
import type { OpenQueue } from "../store/store.ts";
import { ring } from "../store/ring.ts";
import { removeIfThere } from "../store/store.ts";
import { QueueError } from "../text/errors.ts";

/** What people call it, for errors. */
const VERBS: Partial<Record<Deno.Signal, string>> = { SIGSTOP: "suspend", SIGCONT: "resume" };

/**
 * Sends a signal to a running job: to all processes of its process group. SIGSTOP suspends the job
 * and SIGCONT resumes it: between the two its time limit stands still, and `suspended` is true.
 *
 * A process that has left the group (setsid, or a daemon) is not reached.
 *
 * @param id Its whole ID.
 * @param signal Such as `SIGUSR1`.
 * @throws {QueueError} If it does not run, or ended before the signal was sent.
 *
 * @example
 * ```ts
 * import { Queue, signalJob } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * for (const { id } of queue.list({ states: ["processing"] })) {
 *   await signalJob(queue, id, "SIGSTOP");
 * }
 * ```
 */
export async function signalJob(queue: OpenQueue, id: string, signal: Deno.Signal): Promise<void> {
  const { store } = queue;
  const entry = await entryAtRest(store, id);
  const { state, worker = "", time: claimedAt } = entry;
  const verb = VERBS[signal] ?? `send ${signal} to`;
  const cannot = `cannot ${verb} job ${id}`;
  if (state !== "processing") throw new QueueError(`${cannot}: it is not running (${state})`);
  const isAlive = () => seeWorkers(store).some(({ name, alive }) => name === worker && alive);
  const refuse = (why: string) => new QueueError(`${cannot}: ${why}`);
  if (!isAlive()) throw refuse(`its worker ${worker} is dead`);
  if (isUnrecorded(store, worker, id)) {
    throw new QueueError(unrecordedText(`cannot ${verb} job ${id}: it has ended`));
  }
  const path = requestSignal(store, worker, { id, claimedAt, number: signalNumber(signal) });
  ring(store);
  for (;;) {
    await waitForAnswer(queue, id, path, entryPath(store, entry));
    if (!store.files.exists(path, "fresh")) break;
    const isOver = !store.files.exists(entryPath(store, entry), "fresh");
    if (!isOver && isAlive()) continue;
    // Once the job has left its place the worker sends nothing: a request that is still there was
    // not heard.
    if (removeIfThere(store, path)) throw refuse(isOver ? "it has just ended" : "its worker died");
    break;
  }
}
