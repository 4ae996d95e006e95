/**
 * Finding a job that no command is changing just now.
 *
 * @module
 */

import type { Entry } from "../contents/entries.ts";
import { isEditor } from "../format/worker_names.ts";
import type { Store } from "../store/store.ts";
import { QueueError } from "../text/errors.ts";
import { entryWithId } from "./find_job.ts";

/** How often to look whether a change is over, and the milliseconds between: one second in all. */
const [LOOKS, PAUSE] = [10, 100];

/**
 * The entry of a job, once no command is changing it: a change takes milliseconds, so this waits
 * for about a second.
 *
 * @param id Its whole ID.
 * @param seen Where it was seen last, which saves a look at all names.
 * @param recover Puts the job back if the command that was changing it has died; returns whether it
 * had.
 * @throws {QueueError} If there is no such job, or the change goes on.
 */
export async function entryAtRest(
  store: Store,
  id: string,
  seen?: Entry,
  recover?: (editor: string) => Promise<boolean>,
): Promise<Entry> {
  for (let looks = 0;; looks++) {
    const entry = entryWithId(store, id, looks === 0 ? seen : undefined);
    const { worker = "" } = entry;
    if (!isEditor(worker)) return entry;
    if (await recover?.(worker)) continue;
    if (looks >= LOOKS) throw beingChanged(id);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** The error about a job that another command is changing. */
export function beingChanged(id: string): QueueError {
  return new QueueError(`job ${id} is being changed by another command; try again later`);
}
