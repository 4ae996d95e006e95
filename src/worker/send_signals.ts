/**
 * Sending the signals that others ask for.
 *
 * @module
 */

import type { WorkerRequests } from "../contents/requests.ts";
import { signalName } from "../process/signals.ts";
import { removeIfThere, type Store } from "../store/store.ts";
import type { JobsInHand } from "./jobs_in_hand.ts";

/**
 * Sends signals to jobs in hand, and removes the request for each that was sent: so whoever asks
 * knows. A request for an attempt that has ended stays for the one who asked.
 *
 * @returns `"early"` if a command is being started: try again soon.
 */
export function sendSignals(
  store: Store,
  signals: WorkerRequests["signals"],
  jobs: JobsInHand,
): "early" | undefined {
  let again: "early" | undefined;
  for (const { id, claimedAt, number, path } of signals) {
    const sent = jobs.signal(id, claimedAt, signalName(number) as Deno.Signal);
    if (sent === "early") again = sent;
    else if (sent) removeIfThere(store, path);
  }
  return again;
}
