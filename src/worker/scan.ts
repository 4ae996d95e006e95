/**
 * Filling the index from the disk: all of it at the start, and again where something changed that no
 * event told of.
 *
 * @module
 */

import type { WaitingEntry } from "../queue/claim.ts";
import { parseBatchName, parseEntryName } from "../queue/names.ts";
import { pathIn, type Store } from "../queue/store.ts";
import type { IndexEntry } from "./ready_index.ts";

/** The directories that jobs wait in. */
export const WAITING_STATES = ["pending", "failed"] as const;

/** How many names are read before other work has a turn. */
const SLICE = 4000;

/**
 * What a name in pending/ or failed/ stands for in the index; `undefined` if for nothing.
 *
 * @param isDirectory Whether it is a directory, if that is known.
 */
export function indexEntry(
  state: WaitingEntry["state"],
  name: string,
  isDirectory: boolean,
): IndexEntry | undefined {
  if (isDirectory && state === "pending") {
    const batch = parseBatchName(name);
    if (batch) return { ...batch, state, path: name, batch: true };
  }
  const entry = parseEntryName(name);
  return entry && { ...entry, state, path: name, batch: false };
}

/**
 * Reads the waiting directories and hands over each entry, a slice at a time, so that a directory of a million
 * names holds nothing else up.
 */
export async function scanWaiting(
  store: Store,
  found: (entry: IndexEntry) => void,
): Promise<void> {
  for (const state of WAITING_STATES) {
    let read = 0;
    for (const { name, kind } of store.files.list(pathIn(store, state))) {
      const entry = indexEntry(state, name, kind === "directory");
      if (entry) found(entry);
      if (++read % SLICE === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
}
