/**
 * Jobs that wait for other jobs, or to be let go; jobs that are changed or called off; keys.
 *
 * @module
 */

import { changeWaiting } from "../../src/moves/change_waiting.ts";
import { readyTime } from "../../src/constraints/dependencies.ts";
import { enqueue } from "../../src/moves/enqueue.ts";
import { QueueError } from "../../src/text/errors.ts";
import type { JobInput } from "../../src/format/job.ts";
import type { Queue } from "../../src/queue.ts";
import {
  editJob,
  holdJob,
  moveJob,
  moveJobBefore,
  releaseJob,
  startJobNow,
} from "../../src/control/waiting_jobs.ts";
import { cancelJob } from "../../src/control/cancel_job.ts";
import { asking, queueOf } from "./upkeep_operations.ts";
import { putBackUnrun } from "../../src/moves/put_back.ts";
import { claim } from "../../src/moves/claim.ts";
import type { Claim, WaitingEntry } from "../../src/moves/claim.ts";
import { HELD_TIME } from "../../src/format/names.ts";
import type { Settlement } from "../../src/moves/settle.ts";
import type { Store } from "../../src/store/store.ts";
import { ABSENT, type Fate, HELD, type Ledger, RUN } from "./ledger.ts";
import type { Operation } from "./operation.ts";
import { openAt, START } from "./queue_disk.ts";
import {
  arriveAs,
  claimReady,
  type Ending,
  readyEntries,
  run,
  settleAndTell,
} from "./worker_steps.ts";

/** The fate of a job that must not run, as one that it was to come after is dead. */
export const HOPELESS = "dead:";

/** Job `p`, and unless it is left out job `c` that comes after it. */
export async function family(store: Store, ledger: Ledger, withChild = true): Promise<void> {
  await enqueue(store, { command: "echo p", id: "p", max_retries: 0 });
  ledger.expect("echo p", RUN);
  if (!withChild) return;
  await enqueue(store, { command: "echo c", id: "c", after: ["p"] });
  ledger.expect("echo c", RUN);
}

/** Worker `w1` claims and runs what is ready. */
async function runReady(store: Store, ending: Ending): Promise<Settlement[]> {
  arriveAs(store, "w1");
  return (await claimReady(store, "w1")).map((claimed) => run(store, claimed, ending));
}

/** Adds job `c`, that comes after `p`. */
function enqueueAfter(name: string, parentHasRun: boolean): Operation {
  return {
    name,
    process: "client",
    async prepare(disk, ledger) {
      const store = await openAt(disk.process("w1"), START);
      await family(store, ledger, false);
      if (!parentHasRun) return;
      await settleAndTell(store, await runReady(store, "done"));
      disk.crashProcess("w1");
      ledger.expect("echo p", "done: done@w1");
    },
    async act({ store, ledger, again }) {
      if (!again) ledger.expect("echo c", ABSENT, RUN);
      try {
        await enqueue(store, { command: "echo c", id: "c", after: ["p"] });
      } catch (error) {
        if (!again || !(error instanceof QueueError)) throw error;
      }
      ledger.expect("echo c", RUN);
    },
  };
}

/** Worker `w1` settles `p`, and releases `c`. */
function settleParent(name: string, ending: Ending): Operation<Settlement[]> {
  const [parent, lost] = ending === "done"
    ? ["done: done@w1", "dead: lost@w1"]
    : ["dead: failed@w1", "dead: lost@w1"];
  return {
    name,
    process: "w1",
    async prepare(disk, ledger) {
      const store = await openAt(disk.process("w1"), START);
      await family(store, ledger);
      ledger.expect("echo p", parent, lost);
      ledger.mayBeUndone("echo p", RUN);
      ledger.expect("echo c", RUN, HOPELESS);
      return await runReady(store, ending);
    },
    async act({ store, ledger }, settlements) {
      await settleAndTell(store, settlements);
      ledger.expect("echo p", parent);
      ledger.expect("echo c", ending === "done" ? RUN : HOPELESS);
    },
  };
}

/** Worker `w1` claims `c`, after `p` has ended. */
function claimChild(
  name: string,
  ending: Ending,
): Operation<{ claims: Claim[]; unrun: Settlement[] }> {
  const [parent, ...fates] = ending === "done"
    ? ["done: done@w1", RUN, "done: lost@w1 done@fresh", "done: done@w1"]
    : ["dead: failed@w1", "dead: lost@w1", HOPELESS];
  return {
    name,
    process: "w1",
    async prepare(disk, ledger) {
      const store = await openAt(disk.process("w1"), START);
      await family(store, ledger);
      await settleAndTell(store, await runReady(store, ending));
      ledger.expect("echo p", parent);
      ledger.expect("echo c", ...fates);
      return { claims: [], unrun: [] };
    },
    async act({ store }, { claims, unrun }) {
      claims.push(...await claimReady(store, "w1", unrun));
    },
    async goOn({ store, ledger }, { claims, unrun }) {
      await settleAndTell(store, claims.map((claimed) => run(store, claimed, "done")));
      if (claims.length + unrun.length > 0) ledger.expect("echo c", fates.at(-1)!);
    },
    heldWhileRefused: "what cannot be put back stays claimed",
  };
}

/** What is done to job `a`, that waits. */
function onWaiting(
  name: string,
  held: boolean,
  act: (queue: Queue) => Promise<unknown>,
  fates: { before: Fate; after: Fate },
): Operation {
  return {
    name,
    process: "client",
    async prepare(disk, ledger) {
      const store = await openAt(disk.process("client"), START);
      await enqueue(store, { command: "echo a", id: "a", hold: held });
      ledger.expect("echo a", fates.before);
    },
    async act(stage) {
      const queue = await queueOf(stage.store);
      await asking(stage, { command: "echo a", ...fates }, () => act(queue));
    },
    heldWhileRefused: "what a command has taken to change it goes back when that has ended",
  };
}

/** Job `a` comes before `b`, and gets its priority for that. */
const moveBefore: Operation = {
  ...onWaiting("move-before", false, (queue) => moveJobBefore(queue, "a", "b"), {
    before: RUN,
    after: `${RUN} at priority 9`,
  }),
  async prepare(disk, ledger) {
    const store = await openAt(disk.process("client"), START);
    await enqueue(store, { command: "echo a", id: "a" });
    await enqueue(store, { command: "echo b", id: "b", priority: 9 });
    ledger.expect("echo a", RUN);
    ledger.expect("echo b", `${RUN} at priority 9`);
  },
};

/** Job `a` is held that a worker had claimed and put back: no name of its way may come back. */
const holdPutBack: Operation = {
  ...onWaiting("hold-put-back", false, (queue) => holdJob(queue, "a"), {
    before: RUN,
    after: HELD,
  }),
  async prepare(disk, ledger) {
    const store = await openAt(disk.process("w1"), START);
    await enqueue(store, { command: "echo a", id: "a" });
    const presence = arriveAs(store, "w1");
    const entry = readyEntries(store)[0]!;
    const result = await claim(store, entry, "w1");
    if (result.kind !== "claimed") throw new Error(`it is ${result.kind}`);
    putBackUnrun(store, entry, result.claim);
    presence.leave();
    ledger.expect("echo a", RUN);
    ledger.mayBeUndone("echo a", "done: lost@w1 done@fresh");
  },
};

function urgent(fields: JobInput): JobInput {
  return { ...fields, priority: 9 };
}

/** Makes a waiting job urgent; one that is held stays so. */
export function urging(store: Store, entry: WaitingEntry): Promise<boolean> {
  return changeWaiting(store, entry, (job) => ({
    job: { ...job, priority: 9 },
    readyAt: entry.time === HELD_TIME ? HELD_TIME : readyTime(store, job),
  }));
}

const enqueueUnique: Operation = {
  name: "enqueue-unique",
  process: "client",
  async act({ store, ledger, again }) {
    if (!again) ledger.expect("echo a", ABSENT, RUN);
    try {
      await enqueue(store, { command: "echo a", unique: "key" });
    } catch (error) {
      if (!again || !(error instanceof QueueError)) throw error;
    }
    ledger.expect("echo a", RUN);
  },
};

/** The operations on jobs that wait. */
export const WAITING_OPERATIONS: readonly Operation[] = [
  enqueueAfter("enqueue-child", false),
  enqueueAfter("enqueue-child-late", true),
  settleParent("settle-parent", "done"),
  settleParent("settle-parent-dead", "failed"),
  claimChild("claim-child", "done"),
  claimChild("claim-hopeless-child", "failed"),
  onWaiting("hold", false, (queue) => holdJob(queue, "a"), { before: RUN, after: HELD }),
  holdPutBack,
  onWaiting("let-go", true, (queue) => releaseJob(queue, "a"), { before: HELD, after: RUN }),
  onWaiting("move", false, (queue) => moveJob(queue, "a", { priority: 9 }), {
    before: RUN,
    after: `${RUN} at priority 9`,
  }),
  moveBefore,
  onWaiting("start-held", true, (queue) => startJobNow(queue, "a"), { before: HELD, after: RUN }),
  onWaiting("edit", false, (queue) => editJob(queue, "a", urgent), {
    before: RUN,
    after: `${RUN} at priority 9`,
  }),
  onWaiting("edit-held", true, (queue) => editJob(queue, "a", urgent), {
    before: HELD,
    after: `${HELD} at priority 9`,
  }),
  onWaiting("cancel", false, (queue) => cancelJob(queue, "a"), {
    before: RUN,
    after: "dead: cancelled@",
  }),
  enqueueUnique,
];
