/**
 * Jobs that wait for others, and what people do to jobs that wait.
 *
 * @module
 */

import { claim, type WaitingEntry } from "../../src/moves/claim.ts";
import { cancelWaiting, changeWaiting } from "../../src/moves/change_waiting.ts";
import { releaseChildren, unmarkChild } from "../../src/constraints/dependencies.ts";
import { enqueue } from "../../src/moves/enqueue.ts";
import { enqueueMany } from "../../src/moves/enqueue_many.ts";
import { entries } from "../../src/contents/entries.ts";
import { requeueJob } from "../../src/moves/requeue.ts";
import { settle, type Settlement, unrunSettlement } from "../../src/moves/settle.ts";
import type { Store } from "../../src/store/store.ts";
import { ABSENT, RUN } from "./ledger.ts";
import type { Operation } from "./operation.ts";
import { openAt, START } from "./queue_disk.ts";
import { arriveAs, claimReady, run } from "./worker_steps.ts";

const PARENT = { command: "echo parent", id: "parent" };
const CHILD = { command: "echo child", id: "child", after: ["parent"] };
const URGENT = `${RUN} at priority 7`;
const OTHER = { command: "echo other", id: "other", after: ["child"] };

const addDependents: Operation = {
  name: "enqueue-after",
  process: "client",
  async prepare(disk, ledger) {
    const store = await openAt(disk.process("maker"), START);
    await enqueue(store, PARENT);
    ledger.expect(PARENT.command, RUN);
  },
  async act({ store, ledger }) {
    for (const command of [CHILD.command, OTHER.command, "echo more"]) {
      ledger.expect(command, ABSENT, RUN);
    }
    await enqueue(store, CHILD);
    ledger.expect(CHILD.command, RUN);
    await enqueueMany(store, [OTHER, { ...OTHER, id: "more", command: "echo more" }]);
    ledger.expect(OTHER.command, RUN);
    ledger.expect("echo more", RUN);
  },
};

const endOfParent: Operation<Settlement[]> = {
  name: "settle-and-release",
  process: "w1",
  async prepare(disk, ledger) {
    const store = await openAt(disk.process("w1"), START);
    await enqueue(store, PARENT);
    await enqueueMany(store, [CHILD, { ...CHILD, id: "second", command: "echo second" }, OTHER]);
    ledger.expect(PARENT.command, "done: done@w1", "done: lost@w1 done@fresh");
    ledger.mayBeUndone(PARENT.command, RUN);
    for (const command of ["echo child", "echo second", "echo other"]) {
      ledger.expect(command, RUN);
    }
    arriveAs(store, "w1");
    return (await claimReady(store, "w1")).map((claimed) => run(store, claimed, "done"));
  },
  async act({ store, ledger }, settlements) {
    await settle(store, settlements);
    ledger.expect(PARENT.command, "done: done@w1");
    await releaseChildren(store, "parent");
  },
};

function entryOf(store: Store, id: string): WaitingEntry {
  for (const entry of entries(store, "pending")) {
    if (entry.id === id) return { ...entry, state: "pending" };
  }
  throw new Error(`${id} does not wait`);
}

/** Something done to a job that waits for another. */
function changing(
  name: string,
  fates: string[],
  fate: string,
  change: (store: Store, entry: WaitingEntry) => Promise<unknown>,
): Operation {
  return {
    name,
    process: "client",
    async prepare(disk, ledger) {
      const store = await openAt(disk.process("maker"), START);
      await enqueue(store, PARENT);
      await enqueue(store, CHILD);
      ledger.expect(PARENT.command, RUN);
      ledger.expect(CHILD.command, RUN);
    },
    async act({ store, ledger }) {
      ledger.expect(CHILD.command, ...fates);
      await change(store, entryOf(store, CHILD.id));
      ledger.expect(CHILD.command, fate);
    },
  };
}

/** A retry of a job that ended because of its parent, which is to run again. */
const retryOfChild: Operation = {
  name: "requeue-child",
  process: "client",
  async prepare(disk, ledger) {
    const store = await openAt(disk.process("w0"), START);
    await enqueue(store, PARENT);
    await enqueue(store, CHILD);
    const result = await claim(store, entryOf(store, CHILD.id), "w0", "to change it");
    if (result.kind !== "claimed") throw new Error("the child cannot be claimed");
    await settle(store, [unrunSettlement(result.claim, START, "its parent was dead")]);
    unmarkChild(store, result.claim.job);
    ledger.expect(PARENT.command, RUN);
    ledger.expect(CHILD.command, "dead:");
  },
  async act({ store, ledger }) {
    ledger.expect(CHILD.command, "dead:", RUN);
    await requeueJob(store, CHILD.id);
    ledger.expect(CHILD.command, RUN);
  },
};

/** The operations on jobs that wait for others. */
export const DEPENDENCY_OPERATIONS: readonly Operation[] = [
  addDependents,
  endOfParent,
  changing(
    "edit-waiting",
    [RUN, URGENT],
    URGENT,
    (store, entry) =>
      changeWaiting(store, entry, (job) => ({
        job: { ...job, priority: 7 },
        readyAt: entry.time,
      })),
  ),
  retryOfChild,
  changing("cancel-waiting", [RUN, "dead: cancelled@"], "dead: cancelled@", cancelWaiting),
];
