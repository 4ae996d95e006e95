/**
 * The entry of a job that waits, as a worker reads it from the name, for tests that claim it.
 *
 * @module
 */

import { parseEntryName } from "../src/format/names.ts";
import type { WaitingEntry } from "../src/moves/claim.ts";

/** @param path The path in the directory of its state. */
export function waitingEntry(
  path: string,
  state: WaitingEntry["state"] = "pending",
): WaitingEntry {
  return { ...parseEntryName(path.slice(path.lastIndexOf("/") + 1))!, state, path };
}
