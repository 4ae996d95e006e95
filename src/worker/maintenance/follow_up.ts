/**
 * What the end of a job brings about.
 *
 * @module
 */

import { parentsAmong, releaseChildren } from "../../constraints/dependencies.ts";
import type { Store } from "../../store/store.ts";

/**
 * Does what follows from jobs' having ended: those that waited for them are released. Should the worker die before
 * it is done, whoever recovers it does the rest.
 *
 * @param ended The jobs, in done/ or dead/ now.
 */
export async function followUp(store: Store, ended: readonly string[]): Promise<void> {
  let failure: unknown;
  for (const id of parentsAmong(store, ended)) {
    try {
      await releaseChildren(store, id);
    } catch (error) {
      // The children of the others are not to wait for it.
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
}
