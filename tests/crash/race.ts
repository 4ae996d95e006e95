/**
 * Two actors on one queue, interleaved at every pair of their calls, both to their ends or one of
 * them killed there.
 *
 * @module
 */

import { withDefaults } from "../../src/format/settings.ts";
import type { Store } from "../../src/store/store.ts";
import { formatCall } from "../simulation/call.ts";
import {
  type Actor,
  type ActorEnd,
  interleave,
  type Interleaving,
  type Turn,
} from "../simulation/interleave.ts";
import { CachingPort, type Memory } from "../simulation/caching_port.ts";
import { datingPort } from "../simulation/dating_port.ts";
import { withSeed } from "../simulation/seeded.ts";
import type { SimulatedDisk } from "../simulation/simulated_disk.ts";
import {
  count,
  CUTS,
  FIRST_STRIDE,
  isWanted,
  judge,
  report,
  SECOND_STRIDE,
  SEED,
} from "./crash_case.ts";
import { prepare, type Prepared } from "./crash_points.ts";
import type { Ledger } from "./ledger.ts";
import { memoryOf } from "./memory.ts";
import { ACTING, clock, DIR } from "./queue_disk.ts";

/** How the two have ended, by name. */
export type Ends = Record<string, ActorEnd>;

/**
 * Two who meet. `Scene` is what the preparation leaves; each run of an actor gets a copy of its
 * own.
 */
export interface Race<Scene = unknown> {
  /** Names it in a case. */
  name: string;
  /** Puts on the disk what they begin with. */
  prepare(disk: SimulatedDisk, ledger: Ledger): Promise<Scene>;
  /** What others have done since the machines of the two have looked at all of the queue. */
  meanwhile?(disk: SimulatedDisk, ledger: Ledger, scene: Scene): Promise<unknown>;
  /** The two, by the names of their processes. */
  actors: Record<string, (store: Store, scene: Scene) => Promise<unknown>>;
  /** When an actor's clock, which dates its files, begins. Default: {@linkcode ACTING}. */
  starts?: Record<string, number>;
  /**
   * For what takes four turns to go wrong: after their first calls the two go on for up to so many
   * each, in every combination, before they go on to their ends. Default: 0.
   */
  back?: number;
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

/**
 * Runs a race in every way, and judges what is left of each.
 *
 * @param machines Whether the two are on machines that remember what they saw before they met, and
 * what was free. Then nobody is killed, and no power is cut.
 */
export async function runRace(
  race: Race,
  machines: "one" | "that remember" = "one",
): Promise<void> {
  const operation = { name: race.name, process: "", act: () => Promise.resolve() };
  const prepared = await prepare({ ...operation, prepare: race.prepare });
  const memory = machines === "one" ? undefined : memoryOf(prepared.disk);
  const { disk, ledger, scene } = prepared;
  await withSeed(4, () => race.meanwhile?.(disk, ledger, scene), clock.time);
  disk.calls.length = 0;
  const names = Object.keys(race.actors) as [string, string];
  const orders = race.symmetric ? [names] : [names, names.toReversed() as [string, string]];
  for (const [first, second] of orders) {
    const possible = Object.entries(VARIANTS).slice(0, memory ? 1 : undefined);
    const variants = possible.map(([variant, turns]): [string, Turn[]] => [
      variant,
      turns(first, second),
    ]);
    for (let k = 1; k <= (race.back ?? 0); k++) {
      for (let l = 1; l <= race.back!; l++) {
        variants.push([`${k}-${l}`, [{ run: first, calls: k }, { run: second, calls: l }]]);
      }
    }
    for (const [variant, then] of variants) {
      const name = `${race.name}/${first}-${second}/${variant}`;
      if (!isWanted(name)) continue;
      await runOrder({ race, prepared, names: [first, second], name, then, memory });
    }
  }
}

/** Two actors in one order, and what comes after their first i and j calls. */
interface Order {
  race: Race;
  prepared: Prepared;
  names: [string, string];
  /** The name of all its cases. */
  name: string;
  /** What follows; then the first runs to its end, then the second. */
  then: Turn[];
  /** What both remember at first, if they are on machines that remember. */
  memory?: Memory;
}

async function runOrder(order: Order): Promise<void> {
  const { name } = order;
  for (let i = SEED % FIRST_STRIDE;; i += FIRST_STRIDE) {
    const { ended, blocked, calls } = await meet(order, i, Infinity);
    const last = blocked[1] ? Infinity : calls[order.names[1]]!;
    const isWhole = last === Infinity && FIRST_STRIDE === 1;
    for (let j = 0; j <= last; j++) {
      const isDrawn = (31 * i + j + SEED) % SECOND_STRIDE === 0;
      if (!isWhole && !isDrawn) continue;
      if (!isWanted(`${name}/${i}/${j}`)) continue;
      if ((await meetAndJudge(order, i, j)).blocked[1]) break;
    }
    if (ended[0] || blocked[0]) return;
  }
}

function meet(
  { race, prepared, names: [first, second], then, memory }: Order,
  i: number,
  j: number,
): Promise<Interleaving<string>> {
  clock.time = ACTING;
  const actors = actorsOf(race, prepared.scene, memory, [first, second]);
  return interleave(prepared.disk.clone(), actors, [
    { run: first, calls: i },
    { run: second, calls: j },
    ...then,
    { run: first },
    { run: second },
  ]);
}

async function meetAndJudge(order: Order, i: number, j: number): Promise<Interleaving<string>> {
  const result = await meet(order, i, j);
  const { disk, ends } = result;
  const ledger = order.prepared.ledger.clone();
  const name = `${order.name}/${i}/${j}`;
  count("interleavings");
  const calls = disk.calls.map(formatCall);
  try {
    order.race.expect(ledger, ends, calls);
  } catch (error) {
    throw new Error(report(name, [`${error}`], disk, calls, disk.tree(), []));
  }
  const most = order.memory ? 0 : CUTS;
  const cuts = [...disk.powerCutOutcomes({ limit: CUTS, seed: SEED })].slice(0, most);
  // Whoever has not left by now ends here.
  disk.crashProcess();
  await judge(name, disk, ledger, { powerCut: false }, calls);
  for (const [at, cut] of cuts.entries()) {
    count("power cut outcomes");
    await judge(`${name}/power-cut/${at}`, cut, ledger, { powerCut: true }, calls);
  }
  return result;
}

function actorsOf(
  race: Race,
  scene: unknown,
  memory: Memory | undefined,
  names: readonly string[],
): Record<string, Actor> {
  return Object.fromEntries(names.map((name): [string, Actor] => [name, (port) => {
    let time = race.starts?.[name] ?? ACTING;
    const dated = time === ACTING ? port : datingPort(port, time - ACTING);
    const files = memory ? new CachingPort(dated, memory) : dated;
    const now = () => ++time;
    const store: Store = { dir: DIR, files, now, config: withDefaults({}), owner: Deno.uid() };
    return race.actors[name]!(store, structuredClone(scene));
  }]));
}
