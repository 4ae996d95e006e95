/**
 * What the end of a job brings about.
 *
 * @module
 */

import { releaseChildren } from "../queue/dependencies.ts";
import type { SettledState } from "../queue/names.ts";
import { pathIn, type Store } from "../queue/store.ts";

/**
 * Does what follows from a job's having been settled: the jobs that waited for it are released. Should
 * the worker die before it is done, whoever recovers it does the rest.
 */
export async function followUp(store: Store, id: string, state: SettledState): Promise<void> {
  if (state !== "done" && state !== "dead") return;
  if (store.files.exists(pathIn(store, "after", id))) await releaseChildren(store, id);
}
