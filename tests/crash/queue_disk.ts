/**
 * A queue on a simulated disk, and the clock that its files and its workers go by.
 *
 * @module
 */

import type { FilePort } from "../../src/fs/file_port.ts";
import { openStore } from "../../src/store/open_store.ts";
import type { Store } from "../../src/store/store.ts";
import { withSeed } from "../simulation/seeded.ts";
import { SimulatedDisk } from "../simulation/simulated_disk.ts";

/** Where the queue lies. */
export const DIR = "/q";

/** When each case begins, in milliseconds since 1970. */
export const START = Date.UTC(2026, 0, 1);

/** When what is under test begins: after retries that the preparation left are due. */
export const ACTING = START + 5_000;

/** The time of the disk and of the worker that cleans up; set back for each case. */
export const clock = { time: START };

/** What the disks of this process are like. */
const kind = { twoSided: false, linking: false };

/** From now on each new disk keeps the two sides of a rename apart. */
export function onTwoSidedDisks(): void {
  kind.twoSided = true;
}

/** An empty disk that goes by {@linkcode clock}. */
export function newDisk(): SimulatedDisk {
  return new SimulatedDisk({ now: () => clock.time, ...kind });
}

/** From now on each new disk knows no call that renames without replacing. */
export function onLinkingDisks(): void {
  onTwoSidedDisks();
  kind.linking = true;
}

/** A disk with a new queue on it, all of it durable. */
export async function queueDisk(): Promise<SimulatedDisk> {
  clock.time = START;
  const disk = newDisk();
  await withSeed(1000, () => openStore(DIR, { files: disk.process("maker") }));
  disk.flush();
  disk.calls.length = 0;
  return disk;
}

/**
 * Opens the queue with a clock of its own, which goes on by a millisecond at each look: the same
 * times in each run, and no two of them equal.
 *
 * @param from When the clock begins.
 */
export function openAt(files: FilePort, from: number): Promise<Store> {
  let time = from;
  return openStore(DIR, { files, now: () => ++time });
}
