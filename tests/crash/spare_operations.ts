/**
 * Settling over the old files of jobs that were settled before.
 *
 * @module
 */

import { enqueue } from "../../src/moves/enqueue.ts";
import { settle, type Settlement } from "../../src/moves/settle.ts";
import { Spares } from "../../src/moves/spares.ts";
import type { Store } from "../../src/store/store.ts";
import { RUN } from "./ledger.ts";
import { Broken, type Operation, type Stage } from "./operation.ts";
import { openAt, START } from "./queue_disk.ts";
import { settling, TO_DEAD, TO_DONE, TO_FAILED, TO_PENDING } from "./settle_operations.ts";
import { removing, requeueing } from "./upkeep_operations.ts";
import { arriveAs, claimReady, run } from "./worker_steps.ts";

const sparesOf = new WeakMap<Store, Spares>();

/** The spares of worker `w1`, the same when it goes on after an error. */
function spares(store: Store): Spares {
  let kept = sparesOf.get(store);
  if (!kept) sparesOf.set(store, kept = new Spares(store, "w1"));
  return kept;
}

const JOBS = [TO_DONE, TO_FAILED, TO_DEAD, TO_PENDING];
const base = settling("over", JOBS);

/** One job after another, so that the third is written over the file of the first, and so on. */
function settlingOver(
  name: string,
  first?: (stage: Stage) => Promise<unknown>,
): Operation<Settlement[]> {
  return {
    ...base,
    name,
    async act(stage, settlements) {
      const { store, ledger } = stage;
      settlements.sort((a, b) => a.job.command < b.job.command ? -1 : 1);
      for (const [index, settlement] of settlements.entries()) {
        if (settlement.progress === "settled") continue;
        await settle(store, [settlement], spares(store));
        if (settlement.progress as string !== "settled") throw new Broken("it is not settled");
        ledger.expect(settlement.job.command, JOBS[index]!.meant);
        if (index === 0) await first?.(stage);
      }
      await spares(store).drop();
    },
  };
}

/** Two groups of two: the second is written over the first's files while these may still come back. */
const settleGroupsOver: Operation<Settlement[]> = {
  ...base,
  name: "settle-groups-over",
  async act({ store, ledger }, settlements) {
    settlements.sort((a, b) => a.job.command < b.job.command ? -1 : 1);
    for (const at of [0, 1, 2]) {
      const group = at < 2 ? [settlements[at]!] : settlements.slice(at);
      await settle(store, group, spares(store));
      for (const [index, { job }] of group.entries()) {
        ledger.expect(job.command, JOBS[at + index]!.meant);
      }
    }
    await spares(store).drop();
  },
};

/** A job that is retried, each time written over what it was itself some attempts ago. */
const settleOverOwn: Operation<{ rounds: number; unsettled: Settlement[] }> = {
  name: "settle-over-own-file",
  process: "w1",
  async prepare(disk, ledger) {
    const store = await openAt(disk.process("client"), START);
    await enqueue(store, { command: "echo a", id: "a", backoff_base: 0, max_retries: 9 });
    arriveAs({ ...store, files: disk.process("w1") }, "w1");
    ledger.expect("echo a", RUN);
    return { rounds: 0, unsettled: [] };
  },
  async act({ store, ledger }, scene) {
    const fate = (failed: number, then: string) =>
      `done: ${"failed@w1 ".repeat(failed)}${then}done@fresh`;
    for (; scene.rounds < 4; scene.rounds++) {
      const { rounds, unsettled } = scene;
      ledger.expect(
        "echo a",
        ...[rounds, rounds + 1].map((failed) => fate(failed, "")),
        fate(rounds, "lost@w1 "),
      );
      if (unsettled.length === 0) {
        const claims = await claimReady(store, "w1");
        unsettled.push(...claims.map((claimed) => run(store, claimed, "failed")));
      }
      await settle(store, unsettled, spares(store));
      unsettled.length = 0;
      ledger.expect("echo a", fate(rounds + 1, ""));
    }
    await spares(store).drop();
  },
};

/** The operations that settle over old files. */
export const SPARE_OPERATIONS: readonly Operation[] = [
  settlingOver("settle-over"),
  settlingOver("settle-over-removed", removing("a", TO_DONE.meant)),
  settlingOver("settle-over-requeued", requeueing("a", TO_DONE.meant)),
  settleGroupsOver,
];

export { settleOverOwn };
