/**
 * Those who look and then act on machines that remember what the queue was like before.
 *
 * @module
 */

import { editJob, holdJob, releaseJob } from "../../src/control/waiting_jobs.ts";
import { removePlace } from "../../src/constraints/limits.ts";
import { enqueue, KeyTakenError } from "../../src/moves/enqueue.ts";
import { requeueJob } from "../../src/moves/requeue.ts";
import { recoverDeadWorkers } from "../../src/recovery/recover.ts";
import type { Store } from "../../src/store/store.ts";
import { QueueError } from "../../src/text/errors.ts";
import { CachingPort } from "../simulation/caching_port.ts";
import type { SimulatedDisk } from "../simulation/simulated_disk.ts";
import { stdinOf } from "./job_input.ts";
import { ABSENT, RUN } from "./ledger.ts";
import { ask } from "./place_races.ts";
import { ACTING, DIR, openAt, START } from "./queue_disk.ts";
import { type Ends, type Race, returned } from "./race.ts";
import { queueOf } from "./upkeep_operations.ts";
import {
  arriveAs,
  claimReady,
  type Ending,
  noSurvivors,
  run,
  settleAndTell,
} from "./worker_steps.ts";

type Actor = Race["actors"][string];

/** Claims what is ready, runs it and settles it; which jobs it ran. */
const working = (worker: string, ending: Ending = "done"): Actor => async (store) => {
  const settlements = (await claimReady(store, worker)).map((each) => run(store, each, ending));
  await settleAndTell(store, settlements);
  return settlements.filter(({ progress }) => progress === "settled").map(({ job }) => job.id);
};

/** Works twice: also what the first jobs had kept waiting. */
const workingTwice = (worker: string): Actor => async (store, scene) => [
  ...await working(worker)(store, scene) as string[],
  ...await working(worker)(store, scene) as string[],
];

/** What it comes to, or the kind of error that refuses it. */
const asking = (ask: (store: Store) => Promise<unknown>): Actor => async (store) => {
  try {
    await ask(store);
    return "done";
  } catch (error) {
    if (error instanceof QueueError) return error.constructor.name;
    throw error;
  }
};

const adding = (job: Parameters<typeof enqueue>[1]) => asking((store) => enqueue(store, job));

/** Opens the queue on another machine, with a memory of its own that is empty. */
const elsewhere = (disk: SimulatedDisk, process: string, time = START + 1000) =>
  openAt(new CachingPort(disk.process(process)), time);

async function setUp(
  disk: SimulatedDisk,
  jobs: readonly Parameters<typeof enqueue>[1][],
  workers: readonly string[] = ["w1", "w2"],
): Promise<void> {
  const store = await openAt(disk.process("client"), START);
  for (const job of jobs) await enqueue(store, { max_retries: 1, backoff_base: 0, ...job });
  for (const worker of workers) arriveAs({ ...store, files: disk.process(worker) }, worker);
}

const valueOf = (ends: Ends, name: string) => {
  const end = ends[name];
  if (end?.status === "threw") throw end.error;
  return returned(end)?.value;
};

/** @throws {Error} If a job got another ID than its own. */
function refuseRenamed(calls: readonly string[]): void {
  const renamed = calls.find((call) => /\/(done|dead)\/[a-z]-\w+\.json/.test(call));
  if (renamed) throw new Error(`a job got another ID: ${renamed}`);
}

const KEYED = { command: "echo a", id: "a", unique: "k" };

/** Of two who give one key to two jobs one is refused. */
const keyTakers: Race = {
  name: "two-key-takers",
  prepare: (disk) => setUp(disk, []),
  actors: {
    one: adding({ ...KEYED, command: "echo one", id: "p" }),
    two: adding({ ...KEYED, command: "echo two", id: "q" }),
  },
  symmetric: true,
  expect(ledger, ends) {
    const results = ["one", "two"].map((name) => valueOf(ends, name));
    if (results.toSorted().join() !== `${KeyTakenError.name},done`) {
      throw new Error(`one key, two jobs: ${results}`);
    }
    for (const [at, name] of ["one", "two"].entries()) {
      ledger.expect(`echo ${name}`, results[at] === "done" ? RUN : ABSENT);
    }
  },
};

/** A key whose job ended elsewhere is free, and not before. */
const keyOfEnded: Race = {
  name: "key-taker-worker",
  prepare: (disk) => setUp(disk, [KEYED]),
  actors: { client: adding({ ...KEYED, command: "echo b", id: "b" }), w1: working("w1") },
  expect(ledger, ends, calls) {
    const at = (call: RegExp) => calls.findIndex((each) => call.test(each));
    const [locked, left] = [
      at(/^client \d+ lock /),
      calls.findLastIndex((c) => /^client /.test(c)),
    ];
    const ended = at(/^w1 \d+ (link|renameNew) \S+ \S+\/done\/a\.json$/);
    const added = valueOf(ends, "client") === "done";
    if (ended > left && added) throw new Error("one key, two jobs");
    if (ended < locked && !added) throw new Error("the key of a job that has ended was refused");
    valueOf(ends, "w1");
    ledger.expect("echo a", "done: done@w1");
    ledger.expect("echo b", ...(added ? [RUN, "done: done@w1"] : [ABSENT]));
  },
};

/** A key whose job was retried elsewhere is taken; the machine remembers that it was done. */
const keyOfRetried: Race = {
  name: "key-taker-after-retry",
  async prepare(disk) {
    await setUp(disk, [KEYED]);
    await working("w2")(await elsewhere(disk, "w2"), undefined);
  },
  meanwhile: async (disk) => await requeueJob(await elsewhere(disk, "hand", START + 2000), "a"),
  actors: {
    client: adding({ ...KEYED, command: "echo b", id: "b" }),
    other: asking((store) => requeueJob(store, "a")),
  },
  expect(ledger, ends) {
    if (valueOf(ends, "client") !== KeyTakenError.name) throw new Error("one key, two jobs");
    if (valueOf(ends, "other") === "done") throw new Error("a waiting job was retried");
    ledger.expect("echo a", "done: done@w2 done@fresh");
    ledger.expect("echo b", ABSENT);
  },
};

/** The key went to another job, which has ended, and then to a third. */
const keyThatMoved: Race = {
  name: "key-taker-after-others",
  async prepare(disk) {
    await setUp(disk, [KEYED]);
    await working("w2")(await elsewhere(disk, "w2"), undefined);
  },
  meanwhile: async (disk) =>
    await enqueue(await elsewhere(disk, "hand", START + 2000), {
      ...KEYED,
      command: "echo c",
      id: "c",
    }),
  actors: {
    client: adding({ ...KEYED, command: "echo b", id: "b" }),
    other: asking((store) => requeueJob(store, "a")),
  },
  expect(ledger, ends) {
    if (valueOf(ends, "client") !== KeyTakenError.name) throw new Error("one key, two jobs");
    if (valueOf(ends, "other") === "done") {
      throw new Error("one key, two jobs, one of them retried");
    }
    ledger.expect("echo a", "done: done@w2");
    ledger.expect("echo b", ABSENT);
    ledger.expect("echo c", RUN);
  },
};

/** A done job was retried elsewhere, and ends again on a machine that remembers its first end. */
const endsAgain = (state: "done" | "dead"): Race => ({
  name: `retried-worker-that-remembers-${state}`,
  async prepare(disk) {
    await setUp(disk, [{ command: "echo a", id: "a", max_retries: 0 }]);
    const ending = state === "done" ? "done" : "failed";
    await working("w2", ending)(await elsewhere(disk, "w2"), undefined);
  },
  meanwhile: async (disk) => await requeueJob(await elsewhere(disk, "hand", START + 2000), "a"),
  actors: { w1: working("w1", state === "done" ? "done" : "failed"), other: working("w2") },
  expect(ledger, ends, calls) {
    refuseRenamed(calls);
    for (const name of ["w1", "other"]) valueOf(ends, name);
    const [first, again] = state === "done" ? ["done@w2", "done@w1"] : ["failed@w2", "failed@w1"];
    ledger.expect("echo a", `${state}: ${first} ${again}`, `done: ${first} done@w2`);
  },
});

/** A dead parent was retried elsewhere with its child, and is done: the child runs. */
const parentRevived: Race = {
  name: "child-worker-parent-revived",
  async prepare(disk) {
    await setUp(disk, [
      { command: "echo p", id: "p", max_retries: 0 },
      { command: "echo c", id: "c", after: ["p"] },
    ]);
    const store = await elsewhere(disk, "w2");
    await working("w2", "failed")(store, undefined);
    await working("w2")(store, undefined);
  },
  async meanwhile(disk) {
    const store = await elsewhere(disk, "hand", START + 2000);
    for (const id of ["p", "c"]) await requeueJob(store, id);
  },
  actors: { w1: workingTwice("w1"), w2: workingTwice("w2") },
  symmetric: true,
  expect(ledger, ends, calls) {
    refuseRenamed(calls);
    const ran = ["w1", "w2"].map((name) => valueOf(ends, name) as string[]);
    if (ran.flat().filter((id) => id === "p").length !== 1) throw new Error("p ran not once");
    if (!calls.some((call) => / rename \S+\/99990101\S+-c\.json /.test(call))) {
      throw new Error("c was not released");
    }
    ledger.expect("echo p", "dead: failed@w2 done@w1", "done: failed@w2 done@w1");
    ledger.allow("echo p", "done: failed@w2 done@w2");
    ledger.expect("echo c", "done: done@w1", "done: done@w2", RUN);
  },
};

/** Its second parent ends here while the first, which was done, runs anew elsewhere. */
const parentRunsAnew: Race = {
  name: "child-release-parent-retried",
  async prepare(disk) {
    await setUp(disk, [
      { command: "echo p", id: "p" },
      { command: "echo q", id: "q", hold: true },
      { command: "echo c", id: "c", after: ["p", "q"] },
    ]);
    await working("w2")(await elsewhere(disk, "w2"), undefined);
  },
  async meanwhile(disk) {
    const store = await elsewhere(disk, "hand", START + 2000);
    await requeueJob(store, "p");
    const queue = await queueOf(store);
    await holdJob(queue, "p");
    await releaseJob(queue, "q");
  },
  actors: { w1: workingTwice("w1"), w2: workingTwice("w2") },
  symmetric: true,
  expect(ledger, ends) {
    for (const name of ["w1", "w2"]) valueOf(ends, name);
    // The log of a retried job stays until the job is claimed.
    ledger.logsMayStray = true;
    ledger.expect("echo p", "pending: done@w2");
    ledger.expect("echo q", "done: done@w1", "done: done@w2");
    ledger.expect("echo c", "pending:");
  },
};

/** A job is added that waits for another, which somebody removes. */
const parentRemoved: Race = {
  name: "child-enqueuer-parent-remover",
  prepare: (disk) => setUp(disk, [{ command: "echo p", id: "p", hold: true }]),
  actors: {
    client: adding({ command: "echo c", id: "c", after: ["p"] }),
    other: asking(async (store) => await (await queueOf(store)).remove("p")),
  },
  expect(ledger, ends) {
    const [added, removed] = ["client", "other"].map((name) => valueOf(ends, name) === "done");
    if (added === removed) throw new Error(`added ${added}, removed ${removed}`);
    ledger.expect("echo p", removed ? ABSENT : "pending:");
    ledger.expect("echo c", added ? "pending:" : ABSENT);
  },
};

/** The folder of a parent's children is remembered, and gone since. */
const markersGone: Race = {
  name: "child-enqueuer-after-removal-of-markers",
  prepare: (disk) =>
    setUp(disk, [
      { command: "echo p", id: "p", hold: true },
      { command: "echo a", id: "a", after: ["p"] },
    ]),
  meanwhile: async (disk) => await (await queueOf(await elsewhere(disk, "hand"))).remove("a"),
  actors: {
    client: adding({ command: "echo c", id: "c", after: ["p"] }),
    other: asking(async (store) => await (await queueOf(store)).remove("p")),
  },
  expect: parentRemoved.expect,
};

/** A worker died over a retry, which left its log in processing/: the attempt is charged. */
const lostElsewhere: Race = {
  name: "recoverers-of-a-begun-retry",
  async prepare(disk) {
    await setUp(disk, [{ command: "echo a", id: "a" }], ["w1", "w2", "w3"]);
    await working("w2", "failed")(await elsewhere(disk, "w2"), undefined);
  },
  async meanwhile(disk) {
    const store = await elsewhere(disk, "w3", ACTING - 1000);
    for (const claimed of await claimReady(store, "w3")) run(store, claimed, "done");
    disk.crashProcess("w3");
  },
  actors: Object.fromEntries(["w1", "w2"].map((worker) => [
    worker,
    (store: Store) => recoverDeadWorkers(store, worker, noSurvivors),
  ])),
  symmetric: true,
  expect(ledger, ends) {
    for (const name of ["w1", "w2"]) valueOf(ends, name);
    ledger.expect("echo a", "dead: failed@w2 lost@w3");
  },
};

/** One retry of two is done. */
const requeuers: Race = {
  name: "two-requeuers",
  async prepare(disk) {
    await setUp(disk, [{ command: "echo a", id: "a" }]);
    await working("w2")(await elsewhere(disk, "w2"), undefined);
  },
  actors: Object.fromEntries(
    ["one", "two"].map((name) => [name, asking((store) => requeueJob(store, "a"))]),
  ),
  symmetric: true,
  expect(ledger, ends) {
    const done = ["one", "two"].filter((name) => valueOf(ends, name) === "done");
    if (done.length !== 1) throw new Error(`${done.length} have retried one job`);
    ledger.expect("echo a", "done: done@w2 done@fresh");
  },
};

/** An ID that was free when a machine looked, and belongs to a job that has ended since. */
const idOfEnded: Race = {
  name: "enqueuers-of-an-id-done-elsewhere",
  prepare: (disk) => setUp(disk, []),
  async meanwhile(disk) {
    const store = await elsewhere(disk, "w2");
    await enqueue(store, { command: "echo a", id: "a" });
    await working("w2")(store, undefined);
  },
  actors: {
    one: adding({ command: "echo b", id: "a" }),
    two: adding({ command: "echo b", id: "a" }),
  },
  symmetric: true,
  expect(ledger, ends) {
    if (["one", "two"].some((name) => valueOf(ends, name) === "done")) {
      throw new Error("one ID, two jobs");
    }
    ledger.expect("echo a", "done: done@w2");
    ledger.expect("echo b", ABSENT);
  },
};

/** A file is dropped under the ID of a job that has ended since the machine looked. */
const dropped: Race = {
  name: "workers-of-a-dropped-id-done-elsewhere",
  prepare: (disk) => setUp(disk, []),
  async meanwhile(disk) {
    const store = await elsewhere(disk, "w2");
    await enqueue(store, { command: "echo a", id: "a" });
    await working("w2")(store, undefined);
    const content = new TextEncoder().encode('{"command":"echo b"}');
    store.files.create(`${DIR}/pending/a.json`, content);
  },
  actors: { w1: working("w1"), w2: working("w2") },
  symmetric: true,
  expect(ledger, ends) {
    for (const name of ["w1", "w2"]) valueOf(ends, name);
    ledger.expect("echo a", "done: done@w2");
    ledger.expect("echo b", "done: done@w1", "done: done@w2");
  },
};

/** A job is edited, held or not, before the machines of the workers see that. */
const edited = (name: string, hold: boolean, before: boolean): Race => ({
  name: `workers-of-a-${name}`,
  prepare: (disk) => setUp(disk, [{ command: "echo a", id: "a", hold }]),
  async meanwhile(disk) {
    const queue = await queueOf(await elsewhere(disk, "hand"));
    await editJob(queue, "a", (fields) => ({ ...fields, command: "echo b" }));
    if (hold && before) await releaseJob(queue, "a");
  },
  actors: Object.fromEntries(["w1", "w2"].map((worker): [string, Actor] => [
    worker,
    async (store, scene) => {
      if (hold && !before) {
        await asking(async () => await releaseJob(await queueOf(store), "a"))(store, scene);
      }
      return await working(worker)(store, scene);
    },
  ])),
  symmetric: true,
  expect(ledger, ends) {
    for (const worker of ["w1", "w2"]) valueOf(ends, worker);
    ledger.expect("echo a", ABSENT);
    ledger.expect("echo b", "done: done@w1", "done: done@w2", ...(hold && !before ? [RUN] : []));
  },
});

/** A key is freed by the removal of its first job, though another has it by now. */
const keyOfRemoved: Race = {
  name: "key-taker-and-remover-of-a-former-holder",
  prepare: keyThatMoved.prepare,
  meanwhile: keyThatMoved.meanwhile,
  actors: {
    client: adding({ ...KEYED, command: "echo b", id: "b" }),
    other: asking(async (store) => await (await queueOf(store)).remove("a")),
  },
  expect(ledger, ends) {
    if (valueOf(ends, "client") !== KeyTakenError.name) throw new Error("one key, two jobs");
    valueOf(ends, "other");
    ledger.expect("echo a", ABSENT);
    ledger.expect("echo b", ABSENT);
    ledger.expect("echo c", RUN);
  },
};

/** Two settings are changed, each on a machine that has not seen the other. */
const settings: Race = {
  name: "two-who-configure",
  prepare: async (disk) =>
    await (await queueOf(await openAt(disk.process("client"), START))).configure({ jitter: 0 }),
  actors: {
    one: asking(async (store) => await (await queueOf(store)).configure({ max_retries: 1 })),
    two: asking(async (store) => await (await queueOf(store)).configure({ concurrency: 2 })),
  },
  symmetric: true,
  expect(ledger, ends) {
    for (const name of ["one", "two"]) valueOf(ends, name);
    const [first, second] = [{ max_retries: 1 }, { concurrency: 2 }];
    ledger.settings = [{ jitter: 0, ...first, ...second }, { jitter: 0, ...second, ...first }];
  },
};

/** The input of a job was missing when the machines looked. */
const inputThatCame: Race = {
  name: "workers-of-an-input-that-came",
  prepare: (disk) => setUp(disk, []),
  async meanwhile(disk) {
    const job = { command: "echo a", id: "a" };
    await enqueue(await elsewhere(disk, "hand"), job, { stdin: stdinOf("echo a") });
  },
  actors: { w1: working("w1"), w2: working("w2") },
  symmetric: true,
  expect(ledger, ends) {
    for (const name of ["w1", "w2"]) valueOf(ends, name);
    ledger.expect("echo a", "done: done@w1", "done: done@w2");
  },
};

/** What a worker got of the places of b, of which there is one. */
const taking = (worker: string): Actor => (store) =>
  Promise.resolve(Array.isArray(ask(store, worker, { b: 1 })));

/** The place is that of a dead worker, which has not been recovered. */
const placeOfDead: Race = {
  name: "takers-of-a-dead-worker's-place",
  async prepare(disk) {
    await setUp(disk, [], ["w1", "w2", "w3"]);
    const [place] = ask(await elsewhere(disk, "w2"), "w2", { b: 1 }) as { release(): void }[];
    place!.release();
  },
  async meanwhile(disk) {
    ask(await elsewhere(disk, "w3"), "w3", { b: 1 });
    disk.crashProcess("w3");
  },
  actors: { w1: taking("w1"), w2: taking("w2") },
  symmetric: true,
  expect(_, ends) {
    for (const name of ["w1", "w2"]) {
      if (valueOf(ends, name)) throw new Error(`${name} got the place of w3`);
    }
  },
};

/** The place was held when the machines looked, then released. */
const placeGivenBack: Race = {
  name: "takers-of-a-place-given-back",
  async prepare(disk) {
    await setUp(disk, [], ["w1", "w2", "w3"]);
    ask(await elsewhere(disk, "w3"), "w3", { b: 1 });
  },
  meanwhile(disk) {
    disk.process("w3").remove(`${DIR}/limits/b.0.holder`);
    disk.crashProcess("w3");
    return Promise.resolve();
  },
  actors: { w1: taking("w1"), w2: taking("w2") },
  symmetric: true,
  expect(_, ends) {
    const got = ["w1", "w2"].filter((name) => valueOf(ends, name));
    if (got.length !== 1) throw new Error(`${got.length} got the place`);
  },
};

/** The limit is lowered, which removes the file of the place, and raised again. */
const placeRemoved: Race = {
  name: "taker-of-a-place-that-is-removed",
  async prepare(disk) {
    await setUp(disk, [], ["w1", "w2"]);
    const [place] = ask(await elsewhere(disk, "w2"), "w2", { b: 1 }) as { release(): void }[];
    place!.release();
  },
  actors: {
    w1: taking("w1"),
    w2(store) {
      removePlace(store, `${DIR}/limits/b.0`);
      return taking("w2")(store, undefined);
    },
  },
  expect(_, ends) {
    const got = ["w1", "w2"].filter((name) => valueOf(ends, name));
    if (got.length !== 1) throw new Error(`${got.length} got the place`);
  },
};

/** Those who look and then act. */
export const REMEMBERING_RACES: readonly Race[] = [
  keyTakers,
  keyOfEnded,
  keyOfRetried,
  keyThatMoved,
  endsAgain("done"),
  endsAgain("dead"),
  parentRevived,
  parentRunsAnew,
  parentRemoved,
  markersGone,
  lostElsewhere,
  requeuers,
  idOfEnded,
  dropped,
  edited("job-edited-elsewhere", false, true),
  edited("held-job-edited-elsewhere", true, true),
  edited("job-edited-elsewhere-and-released", true, false),
  keyOfRemoved,
  settings,
  inputThatCame,
  placeOfDead,
  placeGivenBack,
  placeRemoved,
];
