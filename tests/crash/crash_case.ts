/**
 * A case: one way in which something is cut off. Cases have names, so that one that failed can be
 * run again alone, and they are counted.
 *
 *     CRASH_CASE      runs only this case, or those that it is the beginning of
 *     CRASH_OUTCOMES  how many outcomes of a power cut are looked at where there are more
 *     CRASH_SEED      which of them
 *     CRASH_CUTS      how many outcomes of a power cut are looked at after two actors have met
 *     CRASH_CALLS     looks at a crash at every so-manieth call of an operation only
 *     CRASH_FAULTS    looks at every so-manieth refused call only; at failed flushes always
 *     CRASH_STRIDE    looks at every so-manieth pair of places of two actors; a case alone: at all
 *
 * @module
 */

import type { SimulatedDisk } from "../simulation/simulated_disk.ts";
import { drain } from "./fresh_worker.ts";
import { faultsAtRest, faultsNow, type Judging } from "./disk_checks.ts";
import type { Ledger } from "./ledger.ts";
import { ACTING, clock, DIR } from "./queue_disk.ts";

const ONLY = Deno.env.get("CRASH_CASE");

/** The power cut outcomes to look at, for each crash point. */
export const OUTCOMES = Number(Deno.env.get("CRASH_OUTCOMES") ?? 16);

/** What the outcomes are drawn by where there are more. */
export const SEED = Number(Deno.env.get("CRASH_SEED") ?? 1);

/** Of the pairs of places of two actors each so-manieth is looked at. */
export const STRIDE = Number(Deno.env.get("CRASH_STRIDE") ?? (ONLY === undefined ? 7 : 1));

/** Of the places of the first actor each so-manieth is looked at: of few pairs not of all. */
export const FIRST_STRIDE = Math.ceil(STRIDE / 16);

/** With each of those, of the places of the second. */
export const SECOND_STRIDE = Math.min(STRIDE, 16);

/** Of the places at which the second actor may be stopped, each so-manieth is looked at. */
export const STEP = Math.ceil(Math.sqrt(STRIDE));

/** Of the calls at which an operation is cut off, each so-manieth is looked at. */
export const CALL_STRIDE = Number(Deno.env.get("CRASH_CALLS") ?? 1);

/** Of the calls that are refused, each so-manieth is looked at. */
export const FAULT_STRIDE = Number(Deno.env.get("CRASH_FAULTS") ?? 1);

/** The power cut outcomes to look at after each interleaving. */
export const CUTS = Number(Deno.env.get("CRASH_CUTS") ?? 0);

/** How much has been run, in the words of the report. */
export const figures: Record<string, number> = {};

/** Counts something for the report. */
export function count(what: string, by = 1): void {
  figures[what] = (figures[what] ?? 0) + by;
}

/** Prints the figures when the tests of this file are over. */
export function reportFigures(of: string): void {
  const begun = performance.now();
  addEventListener("unload", () => {
    const parts = Object.entries(figures).map(([what, number]) => `${number} ${what}`);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    if (parts.length > 0) console.log(`${of}: ${parts.join(", ")}; ${seconds} s`);
  });
}

/** Whether to run a case, or to look for cases whose names begin so. */
export function isWanted(name: string): boolean {
  return ONLY === undefined || `${name}/`.startsWith(`${ONLY}/`) ||
    `${ONLY}/`.startsWith(`${name}/`);
}

/** Disks that have been judged with the same ledger: the same disk again would go the same way. */
const judged = new Set<string>();

/**
 * Judges a disk on which something was cut off: looks at it as it is, lets a fresh worker clean up,
 * and looks again.
 *
 * @param name The case.
 * @param disk With all locks free that the dead held; who holds one lives. It is changed.
 * @throws {Error} If anything is wrong; tells how it came about and how to run it again.
 */
export async function judge(
  name: string,
  disk: SimulatedDisk,
  ledger: Ledger,
  judging: Judging,
  calls: readonly string[],
): Promise<void> {
  const found = disk.tree();
  const alive = disk.names(`${DIR}/workers`)
    .filter((file) => disk.lockedBy(`${DIR}/workers/${file}`) !== undefined)
    .map((file) => file.replace(/\.json$/, ""));
  const key = `${judging.powerCut}${alive}${ledger.key()}${found}`;
  if (judged.has(key)) return;
  count("different disks recovered and drained");
  clock.time = Math.max(clock.time, ACTING + 1_000);
  const faults = [...faultsNow(disk, ledger)].map((fault) => `at once: ${fault}`);
  const before = disk.calls.length;
  try {
    await drain(disk);
    for await (const fault of faultsAtRest(disk, ledger, { ...judging, alive })) faults.push(fault);
  } catch (error) {
    faults.push(`the fresh worker failed: ${error instanceof Error ? error.stack : error}`);
  }
  if (faults.length > 0) {
    const afterwards = disk.trace().split("\n").slice(before);
    throw new Error(report(name, faults, disk, calls, found, afterwards));
  }
  judged.add(key);
}

/** What to print of a case that failed: how it came about, and how to run it again alone. */
export function report(
  name: string,
  faults: string[],
  disk: SimulatedDisk,
  calls: readonly string[],
  found: string,
  afterwards: string[],
): string {
  return [
    `case ${name}`,
    ...faults.map((fault) => `  ${fault}`),
    `origin: ${disk.origin}`,
    `seed ${SEED}; alone:`,
    `  CRASH_CASE=${name} CRASH_SEED=${SEED} CRASH_OUTCOMES=${OUTCOMES} ` +
    `deno test -A --no-check tests/crash/`,
    `calls:`,
    ...calls,
    `the disk then:`,
    found + `calls from there on:`,
    ...afterwards,
    `the disk in the end:`,
    disk.tree(),
  ].join("\n");
}
