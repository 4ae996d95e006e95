/**
 * Filling the index from the disk: all of it at the start, and again where something changed that
 * no event told of.
 *
 * @module
 */

import type { WaitingEntry } from "../../moves/claim.ts";
import { standalone } from "../../contents/entries.ts";
import { parseBatchName, parseEntryName } from "../../format/names.ts";
import { pathIn, removeIfThere, type Store } from "../../store/store.ts";
import type { IndexEntry } from "./ready_index.ts";

/** The directories that jobs wait in. */
export const WAITING_STATES = ["pending", "failed"] as const;

/** How many names are read before other work has a turn: some ten milliseconds' worth at most. */
const SLICE = 8000;

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
  const path = standalone(name);
  const entry = parseEntryName(path);
  return entry && { ...entry, state, path, batch: false };
}

/**
 * Reads the waiting directories and hands over each entry, a slice at a time, so that a directory
 * of a million names holds nothing else up.
 *
 * @param unwanted Asked before each slice for what tells of a name that it need not be handed over.
 */
export async function scanWaiting(
  store: Store,
  found: (entry: IndexEntry) => void,
  unwanted: () => (name: string) => boolean = () => () => false,
): Promise<void> {
  for (const state of WAITING_STATES) {
    let read = 0;
    let isUnwanted = unwanted();
    for (const { name, kind } of store.files.list(pathIn(store, state))) {
      if (++read % SLICE === 0) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        isUnwanted = unwanted();
      }
      if (isUnwanted(name)) continue;
      const entry = indexEntry(state, name, kind === "directory");
      if (entry) found(entry);
    }
  }
}

/** The folder of a job's batch, by its path below pending/; `undefined` if it lies in none. */
export function batchOf(path: string): string | undefined {
  const slash = path.indexOf("/");
  return slash < 0 ? undefined : path.slice(0, slash);
}

/** Removes a batch's folder if it is empty; returns whether it is gone. */
export function removeBatch(store: Store, batch: string): boolean {
  const folder = pathIn(store, "pending", batch);
  try {
    const stat = store.files.stat(folder);
    if (!stat) return true;
    // A file that is named like a batch is somebody's, and is left alone.
    if (stat.kind !== "directory") return false;
    removeIfThere(store, folder);
    return true;
  } catch {
    return false;
  }
}
