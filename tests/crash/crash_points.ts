/**
 * An operation cut off at each of its calls, by the end of its process and by a power cut.
 *
 * @module
 */

import { withDefaults } from "../../src/format/settings.ts";
import type { Store } from "../../src/store/store.ts";
import { formatCall } from "../simulation/call.ts";
import { killAt, type Leaving, LEAVINGS } from "../simulation/faults.ts";
import { withSeed } from "../simulation/seeded.ts";
import type { SimulatedDisk } from "../simulation/simulated_disk.ts";
import type { SimulatedProcess } from "../simulation/simulated_process.ts";
import { CALL_STRIDE, count, isWanted, judge, OUTCOMES, SEED } from "./crash_case.ts";
import { Ledger } from "./ledger.ts";
import type { Operation } from "./operation.ts";
import { ACTING, clock, DIR, openAt, queueDisk, START } from "./queue_disk.ts";

/** A disk with everything on it that an operation begins with. */
export interface Prepared {
  disk: SimulatedDisk;
  ledger: Ledger;
  scene: unknown;
}

/** Sets the scene of an operation, once for all its cases. */
export async function prepare(operation: Operation): Promise<Prepared> {
  const disk = await (operation.disk ?? queueDisk)();
  clock.time = START;
  const ledger = new Ledger();
  const scene = await withSeed(1, () => operation.prepare?.(disk, ledger), START);
  disk.calls.length = 0;
  return { disk, ledger, scene };
}

/** An operation that has acted on a disk of its own. */
export interface Acted {
  disk: SimulatedDisk;
  ledger: Ledger;
  process: SimulatedProcess;
  /** Its calls, one to a line. */
  calls: string[];
}

/** Lets an operation act on a copy of the prepared disk, until a hook stops it. */
export async function act(
  operation: Operation,
  prepared: Prepared,
  hook?: SimulatedProcess["before"],
): Promise<Acted> {
  clock.time = ACTING;
  const disk = prepared.disk.clone();
  const ledger = prepared.ledger.clone();
  const process = disk.process(operation.process, hook);
  await withSeed(2, async () => {
    const store = await storeFor(operation, disk, process);
    try {
      await operation.act(
        { store, ledger, again: false, lives: () => !process.killed },
        structuredClone(prepared.scene),
      );
    } catch (error) {
      if (!process.killed) throw error;
    }
  }, ACTING);
  const calls = disk.calls.filter((call) => call.process === operation.process).map(formatCall);
  return { disk, ledger, process, calls };
}

/** The queue as the process that acts has it open. */
export async function storeFor(
  operation: Operation,
  disk: SimulatedDisk,
  process: SimulatedProcess,
): Promise<Store> {
  return operation.unopened
    ? { dir: DIR, files: process, now: () => ACTING, config: withDefaults({}), owner: Deno.uid() }
    : { ...await openAt(disk.process("opener"), ACTING), files: process };
}

/** One place at which an operation is cut off. */
export interface CrashPoint {
  /** Such as `17`, or `17-partial` for within call 17. */
  name: string;
  /** After how many calls. */
  index: number;
  /** What the call after them leaves. */
  leaving: Leaving;
}

/**
 * All places at which an operation can be cut off: before each of its calls, within it, at the end.
 */
export async function* crashPoints(
  operation: Operation,
  prepared: Prepared,
): AsyncGenerator<CrashPoint> {
  const whole = await act(operation, prepared);
  const calls = whole.disk.calls.filter((call) => call.process === operation.process);
  for (const [index, { name }] of calls.entries()) {
    if (index % CALL_STRIDE !== 0) continue;
    const writes = name === "create" || name === "append";
    for (const leaving of writes ? LEAVINGS : LEAVINGS.slice(0, 1)) {
      yield { name: leaving === "nothing" ? `${index}` : `${index}-${leaving}`, index, leaving };
    }
  }
  yield { name: `${calls.length}`, index: calls.length, leaving: "nothing" };
}

/** Cuts an operation off at each place, in each way, and judges what is left. */
export async function cutOffEverywhere(operation: Operation): Promise<void> {
  const prepared = await prepare(operation);
  count("operations");
  for await (const point of crashPoints(operation, prepared)) {
    const name = `${operation.name}/${point.name}`;
    if (!isWanted(name)) continue;
    count("crash points");
    const hook = killAt(point.index, point.leaving);
    await judgeCrash(name, () => act(operation, prepared, hook));
  }
}

/**
 * Judges a disk after a process crash, and after each outcome of a power cut.
 *
 * @param outcomes How many of them at most.
 * @param wasCut Whether the power had been cut before.
 */
export async function judgeCrash(
  name: string,
  crashed: () => Promise<Acted>,
  outcomes = OUTCOMES,
  wasCut = false,
): Promise<void> {
  const { disk, ledger, calls } = await crashed();
  // What the end of a process leaves is the same on every disk, but for the calls of a rename.
  const { twoSided, linking } = disk.state;
  const limit = twoSided ? Math.ceil(outcomes / 2) : outcomes;
  const powerCuts = [...disk.powerCutOutcomes({ limit, seed: SEED })];
  if ((!twoSided || linking) && isWanted(`${name}/process`)) {
    count("process crashes");
    disk.crashProcess();
    await judge(`${name}/process`, disk, ledger, { powerCut: wasCut }, calls);
  }
  for (const [at, after] of powerCuts.entries()) {
    if (!isWanted(`${name}/power-cut/${at}`)) continue;
    count("power cut outcomes");
    await judge(`${name}/power-cut/${at}`, after, ledger, { powerCut: true }, calls);
  }
}
