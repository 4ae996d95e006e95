/**
 * Who gets a job that waits: claimers, those who remove, requeue or clear, and those who enqueue.
 *
 * @module
 */

import { claim, type WaitingEntry } from "../../src/moves/claim.ts";
import { enqueue } from "../../src/moves/enqueue.ts";
import { enqueueMany } from "../../src/moves/enqueue_many.ts";
import { QueueError } from "../../src/text/errors.ts";
import { settle } from "../../src/moves/settle.ts";
import type { Store } from "../../src/store/store.ts";
import { removeStrays } from "../../src/recovery/strays.ts";
import type { SimulatedDisk } from "../simulation/simulated_disk.ts";
import { ABSENT, type Ledger, RUN } from "./ledger.ts";
import { ACTING, DIR, openAt, START } from "./queue_disk.ts";
import { type Ends, type Race, returned, wasKilled } from "./race.ts";
import { queueOf } from "./upkeep_operations.ts";
import { arriveAs, claimReady, readyEntries, recoverDead, run } from "./worker_steps.ts";

/** Claims an entry, runs the job and settles it; whether it got it. */
const working = (worker: string) => async (store: Store, entry: WaitingEntry): Promise<boolean> => {
  const result = await claim(store, entry, worker);
  if (result.kind !== "claimed") return false;
  const settlement = run(store, result.claim, "done");
  await settle(store, [settlement]);
  return settlement.progress === "settled";
};

/** Asks for something that may be refused; whether it was done. */
async function unlessRefused(ask: Promise<unknown>): Promise<boolean> {
  try {
    await ask;
    return true;
  } catch (error) {
    if (error instanceof QueueError) return false;
    throw error;
  }
}

/** Job `a`, that waits; `w1` and `w2` live. */
async function fresh(disk: SimulatedDisk): Promise<WaitingEntry> {
  const store = await openAt(disk.process("client"), START);
  await enqueue(store, { command: "echo a", id: "a" });
  for (const worker of ["w1", "w2"]) {
    arriveAs({ ...store, files: disk.process(worker) }, worker);
  }
  return readyEntries(store)[0]!;
}

/** Job `a`, that `w0` has run and failed at, and whose retry is due. */
async function retry(disk: SimulatedDisk): Promise<WaitingEntry> {
  await fresh(disk);
  const store = await openAt(disk.process("w0"), START);
  const presence = arriveAs(store, "w0");
  await settle(store, (await claimReady(store, "w0")).map((each) => run(store, each, "failed")));
  presence.leave();
  return readyEntries(await openAt(disk.process("client"), ACTING))[0]!;
}

/** The fates of job `a` with workers that claim and run it, after earlier attempts. */
function expectRun(ledger: Ledger, ends: Ends, before = "", workers = ["w1", "w2"]): void {
  const racing = workers.filter((worker) => ends[worker] !== undefined);
  const winner = racing.find((worker) => returned(ends[worker])?.value === true);
  if (winner) return ledger.expect("echo a", `done: ${before}done@${winner}`);
  const killed = racing.filter((worker) => wasKilled(ends[worker]));
  ledger.expect("echo a", `done: ${before}done@fresh`);
  for (const worker of killed) {
    ledger.allow("echo a", `done: ${before}lost@${worker} done@fresh`);
    ledger.allow("echo a", `done: ${before}done@${worker}`);
  }
}

/** A claimer and one who would remove the job, before it is claimed or when it is done. */
function claimerAnd(
  name: string,
  prepare: Race<WaitingEntry>["prepare"],
  remove: (store: Store) => Promise<boolean>,
  before = "",
): Race<WaitingEntry> {
  return {
    name,
    prepare,
    actors: { w1: working("w1"), client: remove },
    expect(ledger, ends) {
      expectRun(ledger, ends, before);
      ledger.logsMayStray = true;
      if (returned(ends.client)?.value === true) ledger.expect("echo a", ABSENT);
      else if (wasKilled(ends.client)) ledger.allow("echo a", ABSENT);
    },
  };
}

const requeuer: Race<WaitingEntry> = {
  name: "claimer-requeuer",
  prepare: retry,
  actors: {
    w1: working("w1"),
    client: async (store) => unlessRefused((await queueOf(store)).requeue("a")),
  },
  expect(ledger, ends) {
    expectRun(ledger, ends, "failed@w0 ");
    // It may be requeued when it is done.
    const again = "done: failed@w0 done@w1 done@fresh";
    const [claimed, requeued] = [returned(ends.w1)?.value, returned(ends.client)?.value];
    if (claimed === true && requeued === true) ledger.expect("echo a", again);
    else if (claimed !== false && requeued !== false) ledger.allow("echo a", again);
  },
};

const BATCH = ["echo a", "echo b", "echo c"];

/** A batch, and one who removes what lies in tmp/ for long; its clock is ahead. */
const strays: Race = {
  name: "enqueue-many-strays",
  prepare: () => Promise.resolve(),
  actors: {
    client: async (store) => {
      await enqueueMany(store, BATCH.map((command) => ({ command })));
    },
    w1: (store) => Promise.resolve(removeStrays(store)),
  },
  starts: { w1: ACTING + 20_000 },
  back: 8,
  expect(ledger, { client, w1 }, calls) {
    for (const command of BATCH) ledger.expect(command, RUN);
    if (returned(client)) return;
    for (const command of BATCH) ledger.allow(command, ABSENT);
    if (wasKilled(client) || wasKilled(w1)) return;
    // Only before it has its lock, after which it writes its second file, may it be taken for dead.
    const [, second = -1] = calls.flatMap((call, at) =>
      /^client \d+ create /.test(call) ? [at] : []
    );
    const swept = calls.findIndex((call) => /^w1 \d+ (rename|remove) \S+@new( |$)/.test(call));
    if (second >= 0 && second < swept) throw new Error("a live one was swept off");
  },
};

const straySingle: Race = {
  name: "enqueue-strays",
  prepare: () => Promise.resolve(),
  actors: {
    client: (store) => enqueue(store, { command: "echo a" }),
    w1: (store) => Promise.resolve(removeStrays(store)),
  },
  starts: { w1: ACTING + 20_000 },
  expect(ledger, { client }) {
    ledger.expect("echo a", RUN);
    if (returned(client)) return;
    if (!wasKilled(client)) throw new Error("a job was not added, as its file was swept off");
    ledger.allow("echo a", ABSENT);
  },
};

const enqueuers: Race = {
  name: "two-enqueuers",
  prepare: () => Promise.resolve(),
  actors: Object.fromEntries(
    ["one", "two"].map((name) => [
      name,
      (store: Store) => unlessRefused(enqueue(store, { command: `echo ${name}`, id: "a" })),
    ]),
  ),
  symmetric: true,
  expect(ledger, ends) {
    const others: Record<string, string> = { one: "two", two: "one" };
    for (const [name, other] of Object.entries(others)) {
      const [end, otherEnd] = [returned(ends[name]), returned(ends[other])];
      if (end?.value === true && otherEnd?.value === true) throw new Error("one ID, two jobs");
      ledger.expect(`echo ${name}`, end?.value === true ? RUN : ABSENT);
      if (wasKilled(ends[name])) ledger.expect(`echo ${name}`, RUN, ABSENT);
      if (end?.value === false && !otherEnd && !wasKilled(ends[other])) {
        throw new Error("both were refused");
      }
    }
  },
};

const newcomer: Race = {
  name: "enqueuer-claimer",
  prepare: async (disk) => {
    arriveAs(await openAt(disk.process("w1"), START), "w1");
  },
  actors: {
    client: (store) => enqueue(store, { command: "echo a" }),
    w1: async (store) => {
      const claims = await claimReady(store, "w1");
      await settle(store, claims.map((each) => run(store, each, "done")));
      return claims.length > 0;
    },
  },
  expect(ledger, ends) {
    expectRun(ledger, ends);
    if (wasKilled(ends.client) && returned(ends.w1)?.value !== true) {
      ledger.allow("echo a", ABSENT);
    }
  },
};

/** One who enqueues an ID that a job has which moves meanwhile: it must never be accepted. */
function taken(
  name: string,
  prepare: Race<WaitingEntry>["prepare"],
  moving: Race<WaitingEntry>["actors"],
  expect: (ledger: Ledger, ends: Ends) => void,
): Race<WaitingEntry> {
  return {
    name: `enqueuer-of-taken-${name}`,
    prepare,
    actors: {
      client: (store) => unlessRefused(enqueue(store, { command: "echo b", id: "a" })),
      ...moving,
    },
    expect(ledger, ends) {
      if (returned(ends.client)?.value === true) throw new Error("one ID, two jobs");
      ledger.expect("echo b", ABSENT);
      expect(ledger, ends);
    },
  };
}

/** Job `a`, done. */
async function ended(disk: SimulatedDisk): Promise<WaitingEntry> {
  const entry = await fresh(disk);
  await working("w1")(await openAt(disk.process("w1"), START), entry);
  return entry;
}

/**
 * A job with two names, of which each claimer has one: a copy of a volume that was away has brought
 * back the name that was renamed.
 */
export const BROUGHT_BACK_RACES: readonly Race<WaitingEntry[]>[] = [
  { name: "brought-back", prepare: fresh, before: "" },
  { name: "brought-back-retry", prepare: retry, before: "failed@w0 " },
].map(({ name, prepare, before }) => ({
  name,
  prepare: async (disk) => {
    const entry = await prepare(disk);
    const files = disk.process("volume");
    const path = entry.path.replace(/^\d{8}/, "20250101");
    files.link(`${DIR}/${entry.state}/${entry.path}`, `${DIR}/${entry.state}/${path}`);
    return [entry, { ...entry, path }];
  },
  actors: {
    w1: (store, [entry]) => working("w1")(store, entry!),
    w2: (store, [, entry]) => working("w2")(store, entry!),
  },
  symmetric: true,
  expect(ledger, ends) {
    ledger.mayDouble = true;
    expectRun(ledger, ends, before);
    if (!Object.values(ends).some(wasKilled)) return;
    // A power cut may bring back the name of one who has let go of the job.
    for (const worker of ["w1", "w2"]) {
      ledger.allow("echo a", `done: ${before}lost@${worker} done@fresh`);
    }
  },
}));

/**
 * One who is given a job under a name that came back, and one who recovers the dead worker that has
 * run it under the other.
 */
export const BROUGHT_BACK_RECOVERED: Race<WaitingEntry> = {
  name: "brought-back-recovered",
  prepare: async (disk) => {
    const entry = await fresh(disk);
    const store = await openAt(disk.process("w0"), START);
    arriveAs(store, "w0");
    const [claimed] = await claimReady(store, "w0");
    run(store, claimed!, "done");
    const files = disk.process("volume");
    files.link(`${DIR}/processing/${claimed!.name}`, `${DIR}/pending/${entry.path}`);
    disk.crashProcess("w0");
    return entry;
  },
  actors: {
    w1: working("w1"),
    w2: async (store) => (await recoverDead(store, "w2")).length > 0,
  },
  expect(ledger) {
    ledger.mayDouble = true;
    ledger.expect("echo a", "done: lost@w0 done@fresh", "done: done@fresh");
    for (const worker of ["w1", "w2"]) {
      ledger.allow("echo a", `done: lost@w0 done@${worker}`);
      ledger.allow("echo a", `done: done@${worker}`);
      ledger.allow("echo a", `done: lost@${worker} done@fresh`);
    }
    // Who is held up between its claim and its start may run it besides; it is lost in no case.
    ledger.allow("echo a", "done: done@w1 + done: lost@w0 done@fresh");
  },
};

/** Who gets a job. */
export const CLAIM_RACES: readonly Race<WaitingEntry>[] = [
  {
    name: "two-claimers",
    prepare: fresh,
    actors: { w1: working("w1"), w2: working("w2") },
    symmetric: true,
    expect: (ledger, ends) => expectRun(ledger, ends),
  },
  {
    name: "two-claimers-retry",
    prepare: retry,
    actors: { w1: working("w1"), w2: working("w2") },
    symmetric: true,
    expect: (ledger, ends) => expectRun(ledger, ends, "failed@w0 "),
  },
  claimerAnd("claimer-remover", fresh, async (store) => {
    const queue = await queueOf(store);
    return await unlessRefused(queue.remove("a"));
  }),
  claimerAnd("claimer-remover-retry", retry, async (store) => {
    const queue = await queueOf(store);
    return await unlessRefused(queue.remove("a"));
  }, "failed@w0 "),
  claimerAnd("claimer-clearer", async (disk) => {
    await fresh(disk);
    const store = await openAt(disk.process("client"), START);
    await (await queueOf(store)).remove("a");
    await enqueueMany(store, [{ command: "echo a" }]);
    return readyEntries(store)[0]!;
  }, async (store) => await (await queueOf(store)).clear("pending") > 0),
  requeuer,
  strays as Race<WaitingEntry>,
  straySingle as Race<WaitingEntry>,
  enqueuers as Race<WaitingEntry>,
  newcomer as Race<WaitingEntry>,
  taken("worker", fresh, { w1: working("w1") }, expectRun),
  taken("requeuer", ended, {
    other: async (store) => await (await queueOf(store)).requeue("a"),
  }, (ledger, { other }) => {
    ledger.expect("echo a", "done: done@w1 done@fresh");
    if (!returned(other)) ledger.allow("echo a", "done: done@w1");
  }),
];
