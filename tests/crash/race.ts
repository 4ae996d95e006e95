/**
 * Two actors on one queue, interleaved at every pair of their calls, both to their ends or one of
 * them killed there.
 *
 * @module
 */

import { withDefaults } from "../../src/queue/config.ts";
import type { Store } from "../../src/queue/store.ts";
import { formatCall } from "../simulation/call.ts";
import {
  type Actor,
  type ActorEnd,
  interleave,
  type Interleaving,
  type Turn,
} from "../simulation/interleave.ts";
import type { SimulatedDisk } from "../simulation/simulated_disk.ts";
import { count, CUTS, isWanted, judge, report, SEED, STRIDE } from "./crash_case.ts";
import { prepare, type Prepared } from "./crash_points.ts";
import type { Ledger } from "./ledger.ts";
import { ACTING, clock, DIR } from "./queue_disk.ts";

/** How the two have ended, by name. */
export type Ends = Record<string, ActorEnd>;

/** Two who meet. `Scene` is what the preparation leaves; each run of an actor gets a copy of its own. */
export interface Race<Scene = unknown> {
  /** Names it in a case. */
  name: string;
  /** Puts on the disk what they begin with. */
  prepare(disk: SimulatedDisk, ledger: Ledger): Promise<Scene>;
  /** The two, by the names of their processes. */
  actors: Record<string, (store: Store, scene: Scene) => Promise<unknown>>;
  /** When an actor's clock begins. Default: {@linkcode ACTING}. */
  starts?: Record<string, number>;
  /** Whether the two do the same, so that one order is enough. */
  symmetric?: boolean;
  /**
   * Tells the ledger what is right after these ends.
   *
   * @param calls All calls that the two made, in the order in which they made them.
   * @throws {Error} If the ends themselves are wrong.
   */
  expect(ledger: Ledger, ends: Ends, calls: readonly string[]): void;
}

/** Whether an actor returned, and what. */
export function returned(end: ActorEnd | undefined): { value: unknown } | undefined {
  return end?.status === "returned" ? { value: end.value } : undefined;
}

/** Whether an actor was killed. */
export function wasKilled(end: ActorEnd | undefined): boolean {
  return end?.status === "killed";
}

const VARIANTS: Record<string, (first: string, second: string) => Turn[]> = {
  both: () => [],
  "kill-first": (first) => [{ kill: first, leaving: "partial" }],
  "kill-second": (_, second) => [{ kill: second, leaving: "partial" }],
};

/** Runs a race in every way, and judges what is left of each. */
export async function runRace(race: Race): Promise<void> {
  const operation = { name: race.name, process: "", act: () => Promise.resolve() };
  const prepared = await prepare({ ...operation, prepare: race.prepare });
  const names = Object.keys(race.actors) as [string, string];
  const orders = race.symmetric ? [names] : [names, names.toReversed() as [string, string]];
  for (const [first, second] of orders) {
    for (const variant of Object.keys(VARIANTS)) {
      const name = `${race.name}/${first}-${second}/${variant}`;
      if (isWanted(name)) await runOrder(race, prepared, [first, second], variant, name);
    }
  }
}

async function runOrder(
  race: Race,
  prepared: Prepared,
  [first, second]: [string, string],
  variant: string,
  name: string,
): Promise<void> {
  const run = async (i: number, j: number) => {
    const { disk, ledger } = { disk: prepared.disk.clone(), ledger: prepared.ledger.clone() };
    clock.time = ACTING;
    const result = await interleave(disk, actorsOf(race, prepared.scene, first, second), [
      { run: first, calls: i },
      { run: second, calls: j },
      ...VARIANTS[variant]!(first, second),
      { run: first },
      { run: second },
    ]);
    if (j === Infinity) return result;
    count("interleavings");
    const calls = disk.calls.map(formatCall);
    try {
      race.expect(ledger, result.ends, calls);
    } catch (error) {
      throw new Error(report(`${name}/${i}/${j}`, [`${error}`], disk, calls, disk.tree(), []));
    }
    const cuts = [...disk.powerCutOutcomes({ limit: CUTS, seed: SEED })].slice(0, CUTS);
    // Whoever has not left by now ends here.
    disk.crashProcess();
    await judge(`${name}/${i}/${j}`, disk, ledger, { powerCut: false }, calls);
    for (const [at, cut] of cuts.entries()) {
      count("power cut outcomes");
      await judge(`${name}/${i}/${j}/power-cut/${at}`, cut, ledger, { powerCut: true }, calls);
    }
    return result;
  };
  for (let i = 0;; i++) {
    const { ended, blocked, calls } = await run(i, Infinity) as Interleaving<string>;
    const last = blocked[1] ? Infinity : calls[second]!;
    for (let j = 0; j <= last; j++) {
      const isDrawn = (31 * i + j + SEED) % STRIDE === 0;
      if (last !== Infinity && !isDrawn) continue;
      if (!isWanted(`${name}/${i}/${j}`)) continue;
      if ((await run(i, j)).blocked[1]) break;
    }
    if (ended[0] || blocked[0]) return;
  }
}

function actorsOf(
  race: Race,
  scene: unknown,
  ...names: readonly string[]
): Record<string, Actor> {
  return Object.fromEntries(names.map((name): [string, Actor] => [name, (files) => {
    let time = race.starts?.[name] ?? ACTING;
    const now = () => ++time;
    const store: Store = { dir: DIR, files, now, config: withDefaults({}) };
    return race.actors[name]!(store, structuredClone(scene));
  }]));
}
