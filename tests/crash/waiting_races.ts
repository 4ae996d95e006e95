/**
 * Those that release, hold, change and call off jobs that wait, against each other and against
 * claimers.
 *
 * @module
 */

import { claim, type WaitingEntry } from "../../src/moves/claim.ts";
import { cancelWaiting, setHeld } from "../../src/moves/change_waiting.ts";
import { enqueue } from "../../src/moves/enqueue.ts";
import { entries } from "../../src/contents/entries.ts";
import { QueueError } from "../../src/text/errors.ts";
import { HELD_TIME } from "../../src/format/names.ts";
import type { Settlement } from "../../src/moves/settle.ts";
import type { Store } from "../../src/store/store.ts";
import type { SimulatedDisk } from "../simulation/simulated_disk.ts";
import { ABSENT, type Fate, HELD, type Ledger, RUN } from "./ledger.ts";
import { openAt, START } from "./queue_disk.ts";
import { type Ends, type Race, returned, wasKilled } from "./race.ts";
import { queueOf } from "./upkeep_operations.ts";
import { family, HOPELESS, urging } from "./waiting_operations.ts";
import { arriveAs, claimReady, doctor, run, settleAndTell } from "./worker_steps.ts";

/** Workers `w1` and `w2` each run one of the jobs that are ready, which is to be settled. */
async function running(disk: SimulatedDisk, commands: readonly string[]): Promise<Settlement[]> {
  const settlements: Settlement[] = [];
  for (const [at, command] of commands.entries()) {
    const worker = `w${at + 1}`;
    // Later than the jobs were added: nobody claims what is not due.
    const store = await openAt(disk.process(worker), START + 1000);
    arriveAs(store, worker);
    const entry = [...entries(store, "pending")].find(({ id }) => id === command.slice(-1))!;
    const result = await claim(store, { ...entry, state: "pending" }, worker);
    if (result.kind === "claimed") settlements.push(run(store, result.claim, "done"));
  }
  return settlements;
}

/** The fates of a job that a worker settles as done. */
function expectParent(ledger: Ledger, ends: Ends, command: string, worker: string): void {
  ledger.expect(command, `done: done@${worker}`);
  if (!wasKilled(ends[worker])) return;
  // Who dies as it releases has settled before.
  ledger.allow(command, `done: lost@${worker} done@fresh`, `dead: lost@${worker}`);
  // That it was claimed is not durable before it is settled.
  ledger.mayBeUndone(command, RUN);
}

/** A job is added that comes after one which is being settled. */
const latecomer: Race<Settlement[]> = {
  name: "child-enqueuer-parent-settler",
  async prepare(disk, ledger) {
    await family(await openAt(disk.process("client"), START), ledger, false);
    return await running(disk, ["echo p"]);
  },
  actors: {
    client: (store) => enqueue(store, { command: "echo c", id: "c", after: ["p"] }),
    w1: (store, settlements) => settleAndTell(store, settlements),
  },
  expect(ledger, ends) {
    expectParent(ledger, ends, "echo p", "w1");
    ledger.expect("echo c", RUN);
    if (wasKilled(ends.client)) ledger.allow("echo c", ABSENT);
    // Then the parent may have died of it.
    if (wasKilled(ends.w1)) ledger.allow("echo c", HOPELESS);
  },
};

/**
 * A job is added that comes after another, while the doctor removes notes of jobs that are no more.
 */
const newChildAndDoctor: Race = {
  name: "child-enqueuer-doctor",
  prepare: async (disk, ledger) =>
    await family(await openAt(disk.process("client"), START), ledger, false),
  actors: {
    client: (store) => enqueue(store, { command: "echo c", id: "c", after: ["p"] }),
    doctor: (store) => doctor(store, true),
  },
  expect(ledger, ends) {
    ledger.expect("echo c", RUN);
    if (wasKilled(ends.client)) ledger.allow("echo c", ABSENT);
    else if (!returned(ends.client)) throw new Error("the doctor kept a job from being added");
    if (!returned(ends.doctor) && !wasKilled(ends.doctor)) throw new Error("the doctor failed");
  },
};

/** Two workers settle the two jobs that a third comes after. */
const twoParents: Race<Settlement[]> = {
  name: "two-parents",
  async prepare(disk) {
    const store = await openAt(disk.process("client"), START);
    for (const id of ["p", "q"]) await enqueue(store, { command: `echo ${id}`, id });
    await enqueue(store, { command: "echo c", id: "c", after: ["p", "q"] });
    return await running(disk, ["echo p", "echo q"]);
  },
  actors: {
    w1: (store, settlements) => settleAndTell(store, settlements.slice(0, 1)),
    w2: (store, settlements) => settleAndTell(store, settlements.slice(1)),
  },
  symmetric: true,
  expect(ledger, ends) {
    expectParent(ledger, ends, "echo p", "w1");
    expectParent(ledger, ends, "echo q", "w2");
    ledger.expect("echo c", RUN);
  },
};

/** Job `c`, that comes after `p`, is held, let go or changed while `p` is being settled. */
function changedChild(
  name: string,
  change: (store: Store, entry: WaitingEntry) => Promise<unknown>,
  fates: { before: Fate; after: Fate },
): Race<Settlement[]> {
  return {
    name: `parent-settler-${name}`,
    async prepare(disk, ledger) {
      const store = await openAt(disk.process("client"), START);
      await family(store, ledger);
      if (name === "letting-go") {
        const entry = [...entries(store, "pending")].find(({ id }) => id === "c")!;
        await setHeld(store, { ...entry, state: "pending" }, true);
      }
      return await running(disk, ["echo p"]);
    },
    actors: {
      w1: (store, settlements) => settleAndTell(store, settlements),
      client: async (store) => {
        const entry = [...entries(store, "pending")].find(({ id }) => id === "c");
        return entry !== undefined && await change(store, { ...entry, state: "pending" });
      },
    },
    expect(ledger, ends) {
      expectParent(ledger, ends, "echo p", "w1");
      const changed = returned(ends.client)?.value;
      const right = changed === true
        ? [fates.after]
        : changed === false
        ? [fates.before]
        : [fates.before, fates.after];
      ledger.expect("echo c", ...right);
      // Then the parent may have died of it, and the child of that.
      if (wasKilled(ends.w1)) {
        ledger.allow("echo c", ...right.map((fate) => fate.replace(RUN, HOPELESS)));
      }
    },
  };
}

/** Something is done to job `a`, that waits, while `w1` claims it and runs it. */
function claimerAnd(
  name: string,
  change: (store: Store, entry: WaitingEntry) => Promise<unknown>,
  fates: { before: Fate; after: Fate },
): Race<WaitingEntry> {
  const urgency = fates.after.endsWith("at priority 9") ? " at priority 9" : "";
  return {
    name: `claimer-${name}`,
    async prepare(disk) {
      const store = await openAt(disk.process("client"), START);
      await enqueue(store, { command: "echo a", id: "a" });
      arriveAs({ ...store, files: disk.process("w1") }, "w1");
      return { ...[...entries(store, "pending")][0]!, state: "pending" };
    },
    actors: {
      w1: async (store) => {
        const claims = await claimReady(store, "w1");
        await settleAndTell(store, claims.map((claimed) => run(store, claimed, "done")));
        return claims.length > 0;
      },
      client: change,
    },
    expect(ledger, ends) {
      const [claimed, changed] = [returned(ends.w1)?.value, returned(ends.client)?.value];
      const runs = (worker: string) => [`done: done@${worker}`, `done: done@${worker}${urgency}`];
      if (claimed === true) ledger.expect("echo a", ...runs("w1"));
      else if (changed === true) ledger.expect("echo a", fates.after);
      else ledger.expect("echo a", fates.before, fates.after);
      if (claimed === undefined) {
        ledger.allow("echo a", ...runs("w1"));
        for (const fate of [RUN, RUN + urgency]) {
          ledger.allow("echo a", fate.replace("done@", "lost@w1 done@"));
        }
      }
    },
  };
}

const keyHolders: Race = {
  name: "two-enqueuers-of-a-key",
  prepare: () => Promise.resolve(),
  actors: Object.fromEntries(["one", "two"].map((name) => [name, async (store: Store) => {
    try {
      await enqueue(store, { command: `echo ${name}`, unique: "key" });
      return true;
    } catch (error) {
      if (error instanceof QueueError) return false;
      throw error;
    }
  }])),
  symmetric: true,
  expect(ledger, ends) {
    const added = ["one", "two"].filter((name) => returned(ends[name])?.value === true);
    if (added.length > 1) throw new Error("one key, two jobs");
    for (const name of ["one", "two"]) {
      ledger.expect(`echo ${name}`, added.includes(name) ? RUN : ABSENT);
      if (wasKilled(ends[name])) ledger.allow(`echo ${name}`, RUN);
    }
  },
};

/** Two settings are changed at once; both changes stay. */
const configurers: Race = {
  name: "two-config-sets",
  prepare: () => Promise.resolve(),
  actors: {
    one: async (store) => await (await queueOf(store)).configure({ jitter: 0.5 }),
    two: async (store) => await (await queueOf(store)).configure({ max_retries: 7 }),
  },
  expect(ledger, ends) {
    const [one, two] = [{ jitter: 0.5 }, { max_retries: 7 }];
    ledger.settings = [{ ...one, ...two }, { ...two, ...one }];
    if (wasKilled(ends.one)) ledger.settings = [...ledger.settings, two];
    if (wasKilled(ends.two)) ledger.settings = [...ledger.settings, one];
  },
};

const HOLD = (store: Store, entry: WaitingEntry) => setHeld(store, entry, true);
const LET_GO = (store: Store, entry: WaitingEntry) =>
  entry.time === HELD_TIME ? setHeld(store, entry, false) : Promise.resolve(false);
const URGENT = `${RUN} at priority 9`;
const CANCELLED = "dead: cancelled@";

/** Those that change what waits, and the settings. */
export const WAITING_RACES: readonly Race[] = [
  latecomer,
  newChildAndDoctor,
  twoParents,
  changedChild("holding", HOLD, { before: RUN, after: HELD }),
  changedChild("letting-go", LET_GO, { before: HELD, after: RUN }),
  changedChild("editing", urging, { before: RUN, after: URGENT }),
  changedChild("cancelling", cancelWaiting, { before: RUN, after: CANCELLED }),
  claimerAnd("holding", HOLD, { before: RUN, after: HELD }),
  claimerAnd("editing", urging, { before: RUN, after: URGENT }),
  claimerAnd("cancelling", cancelWaiting, { before: RUN, after: CANCELLED }),
  keyHolders,
  configurers,
] as readonly Race[];
