/**
 * The worker that comes after the crash: it recovers the dead, runs all that waits, and leaves.
 *
 * @module
 */

import { type Config, withDefaults } from "../../src/format/settings.ts";
import { releaseOverlooked } from "../../src/constraints/dependencies.ts";
import { removeStaleInputs } from "../../src/contents/inputs.ts";
import { releaseAll } from "../../src/constraints/limits.ts";
import { needsOf } from "../../src/constraints/needs.ts";
import type { Recovery } from "../../src/recovery/recover.ts";
import { recoverDeadWorkers } from "../../src/recovery/recover.ts";
import { clearStaleNotes } from "../../src/constraints/stale_notes.ts";
import { removeStrays } from "../../src/recovery/strays.ts";
import type { Settlement } from "../../src/moves/settle.ts";
import type { Store } from "../../src/store/store.ts";
import { openStore } from "../../src/store/open_store.ts";
import { takeNeeds } from "../../src/constraints/turns.ts";
import { withSeed } from "../simulation/seeded.ts";
import type { SimulatedDisk } from "../simulation/simulated_disk.ts";
import { clock, DIR } from "./queue_disk.ts";
import {
  arriveAs,
  claimReady,
  doctor,
  noSurvivors,
  removeEmptyBatches,
  run,
  settleAndTell,
} from "./worker_steps.ts";

/** How often it looks before it gives up. */
const ROUNDS = 5;

/**
 * How long it waits between two looks, in milliseconds: longer than what is in tmp/ stays young.
 */
const WAIT = 15_000;

/** Longer than an input without a job is given the benefit of the doubt, in milliseconds. */
const HOURS = 2 * 3_600_000;

async function inQueue<T>(
  disk: SimulatedDisk,
  name: string,
  seed: number,
  use: (store: Store) => Promise<T>,
): Promise<T> {
  return await withSeed(seed, async () => {
    const files = disk.process(name);
    return await use(await openStore(DIR, { files, now: () => ++clock.time }));
  }, clock.time);
}

/**
 * Recovers, and runs each job that waits, until nothing waits any more. Each run ends well.
 *
 * @param name The worker's name, as the fates have it.
 */
export async function drain(disk: SimulatedDisk, name = "fresh"): Promise<void> {
  await inQueue(disk, name, 2000, async (store) => {
    const presence = arriveAs(store, name);
    const unsettled: Settlement[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await recoverDeadWorkers(store, name, noSurvivors, unsettled);
      removeStrays(store);
      await releaseOverlooked(store);
      const claims = await claimReady(store, name);
      await settleAndTell(store, claims.map((claimed) => run(store, claimed, "done")));
      removeEmptyBatches(store);
      if (isAtRest(disk)) break;
      clock.time += WAIT;
    }
    await clearStaleNotes(store);
    presence.leave();
  });
}

/** Whether nothing is left to be done, as a look at the names tells. */
function isAtRest(disk: SimulatedDisk): boolean {
  return ["pending", "failed", "processing", "tmp"].every((part) =>
    disk.names(`${DIR}/${part}`).length === 0
  ) && disk.names(`${DIR}/workers`).every((name) => disk.lockedBy(`${DIR}/workers/${name}`));
}

/** A second recovery of all, by a worker that runs nothing. */
export function recoverAgain(disk: SimulatedDisk): Promise<Recovery[]> {
  return inQueue(disk, "again", 3000, async (store) => {
    const presence = arriveAs(store, "again");
    const recoveries = await recoverDeadWorkers(store, "again", noSurvivors);
    removeStrays(store);
    presence.leave();
    return recoveries;
  });
}

/** What a worker that lives for hours removes: the inputs that are not those of jobs. */
export async function removeOrphanedInputs(disk: SimulatedDisk): Promise<void> {
  const { time } = clock;
  clock.time += HOURS;
  await inQueue(disk, "sweeper", 5000, (store) => Promise.try(removeStaleInputs, store));
  clock.time = time;
}

/** What the doctor finds, a sentence each. */
export function findings(disk: SimulatedDisk): Promise<string[]> {
  return inQueue(disk, "doctor", 4000, async (store) => {
    const found = await doctor(store, false);
    return found.filter((finding) => !finding.mended).map((finding) => finding.problem);
  });
}

/** The resources of which not all places can be had, though nobody runs anything. */
export function missingPlaces(disk: SimulatedDisk, limits: Partial<Config>): Promise<string[]> {
  return inQueue(disk, "asker", 5000, (store) => {
    store.config = withDefaults(limits);
    const presence = arriveAs(store, "asker");
    const missing: string[] = [];
    for (const [key, places] of Object.entries(limits)) {
      const resource = key.slice("resources.".length);
      const needs = needsOf({ resources: { [resource]: Number(places) } });
      const taken = takeNeeds(store, needs, { self: "asker", first: 0, most: 32 });
      if (Array.isArray(taken)) releaseAll(taken);
      else missing.push(resource);
    }
    presence.leave();
    return Promise.resolve(missing);
  });
}
