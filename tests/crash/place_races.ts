/**
 * Who gets places of resources: workers that need several, and one that needs one.
 *
 * @module
 */

import { withDefaults } from "../../src/format/settings.ts";
import { enqueue } from "../../src/moves/enqueue.ts";
import { claim, type ClaimResult, type WaitingEntry } from "../../src/moves/claim.ts";
import { needsOf } from "../../src/constraints/needs.ts";
import { settle, type Settlement } from "../../src/moves/settle.ts";
import type { Store } from "../../src/store/store.ts";
import { takeNeeds, Turns } from "../../src/constraints/turns.ts";
import type { SimulatedDisk } from "../simulation/simulated_disk.ts";
import { RUN } from "./ledger.ts";
import type { Operation } from "./operation.ts";
import { ACTING, DIR, openAt, START } from "./queue_disk.ts";
import { type Ends, type Race, returned, wasKilled } from "./race.ts";
import { arriveAs, readyEntries, run } from "./worker_steps.ts";

/** How many places there are. */
const LIMITS = { "resources.a": 2, "resources.b": 1 };

const ALL = { a: 2, b: 1 };

/** Takes all that a job needs, or nothing. */
export function ask(store: Store, worker: string, needs: Record<string, number>, turns?: Turns) {
  store.config = withDefaults(LIMITS);
  return takeNeeds(store, needsOf({ resources: needs }), {
    self: worker,
    first: 0,
    most: 32,
    turns,
  });
}

/** What a worker has left in limits/ under its name. */
function leftBy(store: Store, worker: string): string[] {
  if (!store.files.exists(`${DIR}/limits`)) return [];
  return [...store.files.list(`${DIR}/limits`)].map(({ name }) => name).filter((name) => {
    const path = `${DIR}/limits/${name}`;
    try {
      return name.endsWith(".holder") &&
        new TextDecoder().decode(store.files.read(path)).trim() === worker;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  });
}

/** Takes what it needs a number of times, if it can, and lets go of it again. */
const taking = (worker: string, needs: Record<string, number>, times = 1) => (store: Store) => {
  let got = 0;
  for (let time = 0; time < times; time++) {
    const places = ask(store, worker, needs);
    if (!Array.isArray(places)) continue;
    got++;
    for (const place of places) place.release();
  }
  return Promise.resolve({ got, left: leftBy(store, worker) });
};

/** Job `a`, that waits; `w1` and `w2` live. */
async function prepare(disk: SimulatedDisk): Promise<void> {
  const store = await openAt(disk.process("client"), START);
  await enqueue(store, { command: "echo a", id: "a" });
  for (const worker of ["w1", "w2"]) arriveAs({ ...store, files: disk.process(worker) }, worker);
}

/** @throws {Error} If somebody has left something, or has taken the place of one that died. */
function check(ends: Ends, calls: readonly string[]): void {
  for (const [worker, end] of Object.entries(ends)) {
    const left = (returned(end)?.value as { left: string[] } | undefined)?.left ?? [];
    if (left.length > 0) throw new Error(`${worker} has left ${left}`);
  }
  const holders = new Map<string, string>();
  for (const call of calls) {
    const match = /^(\w+) \d+ (create|remove) (\S+\.holder)(?: \(\d+ bytes\))?$/.exec(call);
    if (!match) continue;
    const [, worker, name, path] = match as unknown as [string, string, string, string];
    const holder = holders.get(path);
    if (holder !== undefined && holder !== worker) {
      throw new Error(`${worker} has taken ${path} from ${holder}`);
    }
    if (name === "create") holders.set(path, worker);
    else holders.delete(path);
  }
}

function takers(
  name: string,
  first: Record<string, number>,
  second: Record<string, number>,
): Race<void> {
  return {
    name: `takers-${name}`,
    prepare,
    actors: { w1: taking("w1", first), w2: taking("w2", second) },
    symmetric: first === second,
    expect(ledger, ends, calls) {
      check(ends, calls);
      ledger.limits = LIMITS;
      ledger.expect("echo a", RUN);
      const results = Object.values(ends);
      if (results.some(wasKilled)) return;
      const got = results.map((end) => (returned(end)?.value as { got: number }).got);
      if (got.every((times) => times === 0)) throw new Error("neither has got what there was");
    },
  };
}

/**
 * `w1` keeps the turn of `a`, as its job has waited for long; `w2` has job after job that needs one
 * place.
 */
const keeper: Race<void> = {
  name: "turn-keeper-and-stream",
  prepare,
  actors: {
    w1(store) {
      const turns = new Turns(store);
      const kept = turns.take(needsOf({ resources: { a: 2 } })) === undefined;
      let got = 0;
      for (let tries = 0; tries < 2; tries++) {
        const places = ask(store, "w1", { a: 2 }, turns);
        if (!Array.isArray(places)) continue;
        got++;
        for (const place of places) place.release();
      }
      turns.release();
      return Promise.resolve({ kept, got, left: leftBy(store, "w1") });
    },
    w2: taking("w2", { a: 1 }, 3),
  },
  expect(ledger, ends, calls) {
    check(ends, calls);
    ledger.limits = LIMITS;
    ledger.expect("echo a", RUN);
    const result = returned(ends.w1)?.value as { kept: boolean } | undefined;
    if (!result?.kept) return;
    const from = calls.findIndex((call) => /^w1 \d+ tryLock \S+\/a\.turn$/.test(call));
    const to = calls.findIndex((call) => /^w1 \d+ remove \S+\/a\.turn$/.test(call));
    const taken = calls.slice(from, to).filter((call) =>
      /^w2 \d+ create \S+\.holder \(\d+ bytes\)$/.test(call)
    );
    // It may have looked before the turn was taken.
    if (taken.length > 1) throw new Error(`w2 took ${taken.length} places in another's turn`);
  },
};

/** Pairs of workers that need places. */
export const PLACE_RACES: readonly Race<void>[] = [
  takers("all", ALL, ALL),
  takers("all-and-one", ALL, { a: 1 }),
  takers("several-of-one-and-of-both", { a: 2 }, { a: 1, b: 1 }),
  takers("both-and-the-second", { a: 1, b: 1 }, { b: 1 }),
  keeper,
];

interface Scene {
  entry: WaitingEntry;
  places?: ReturnType<typeof ask>;
  result?: ClaimResult;
  settlement?: Settlement;
}

/** Worker `w1` takes the places that a job needs, claims it, runs it, and lets go of them. */
const limitedClaim: Operation<Scene> = {
  name: "claim-limited",
  process: "w1",
  async prepare(disk, ledger) {
    const files = disk.process("w1");
    const store = await openAt(files, START);
    store.config = withDefaults(LIMITS);
    await enqueue(store, { command: "echo a", id: "a", resources: ALL });
    arriveAs(await openAt(files, ACTING - 1000), "w1");
    ledger.limits = LIMITS;
    ledger.expect("echo a", RUN, "done: lost@w1 done@fresh", "done: done@w1");
    return { entry: readyEntries(store)[0]! };
  },
  async act({ store }, scene) {
    if (!Array.isArray(scene.places)) scene.places = ask(store, "w1", ALL);
    if (!Array.isArray(scene.places)) throw new Error(`there was no place: ${scene.places.short}`);
    scene.result ??= await claim(store, scene.entry, "w1");
    if (scene.result.kind === "claimed") {
      scene.settlement ??= run(store, scene.result.claim, "done");
      await settle(store, [scene.settlement]);
    }
    for (const place of scene.places) place.release();
  },
  heldWhileRefused: "what cannot be put back stays claimed",
};

/** The operations that take places. */
export const PLACE_OPERATIONS: readonly Operation[] = [limitedClaim as Operation];
