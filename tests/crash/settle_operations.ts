/**
 * Settling what has run, alone and in groups, and what may follow at once.
 *
 * @module
 */

import { enqueue } from "../../src/moves/enqueue.ts";
import { enqueueMany } from "../../src/moves/enqueue_many.ts";
import { removeStrays } from "../../src/recovery/strays.ts";
import { settle, type Settlement } from "../../src/moves/settle.ts";
import { ABSENT, type Fate, RUN } from "./ledger.ts";
import { stdinOf } from "./job_input.ts";
import { Broken, type Operation, type Stage } from "./operation.ts";
import { DIR, openAt, START } from "./queue_disk.ts";
import { pauseOnFailure } from "../../src/worker/pause_on_failure.ts";
import { queueOf, removing, requeueing } from "./upkeep_operations.ts";
import {
  arriveAs,
  claimReady,
  type Ending,
  recoverDead,
  removeEmptyBatches,
  run,
} from "./worker_steps.ts";

/** One job of a group: how it ends, and its fates. */
interface Job {
  command: string;
  ending: Ending;
  /** As worker `w1` means it. */
  meant: Fate;
  /** If the worker dies before it has said how it ended. */
  lost: Fate;
  max_retries?: number;
  hasInput?: boolean;
}

const TO_DONE: Job = {
  command: "echo a",
  ending: "done",
  meant: "done: done@w1",
  lost: "done: lost@w1 done@fresh",
};
const TO_FAILED: Job = {
  command: "echo b",
  ending: "failed",
  meant: "done: failed@w1 done@fresh",
  lost: "done: lost@w1 done@fresh",
};
const TO_DEAD: Job = {
  command: "echo c",
  ending: "failed",
  meant: "dead: failed@w1",
  lost: "dead: lost@w1",
  max_retries: 0,
};
const TO_PENDING: Job = {
  command: "echo d",
  ending: "put back",
  meant: "done: cancelled@w1 done@fresh",
  lost: "done: lost@w1 done@fresh",
};

function byCommand(jobs: readonly Job[], settlement: Settlement): Job {
  return jobs.find(({ command }) => command === settlement.job.command)!;
}

/**
 * Settles a group that worker `w1` has run.
 *
 * @param inBatch Whether the jobs were added as a batch, whose folder is gone by then.
 */
function settling(
  name: string,
  jobs: readonly Job[],
  inBatch = false,
): Operation<Settlement[]> {
  return {
    name: `settle-${name}`,
    process: "w1",
    async prepare(disk, ledger) {
      const files = disk.process("w1");
      const store = await openAt(files, START);
      if (inBatch) {
        await enqueueMany(
          store,
          jobs.map(({ command, max_retries }) => ({ command, max_retries })),
        );
      }
      for (const { command, max_retries, hasInput } of inBatch ? [] : jobs) {
        const input = hasInput ? { stdin: stdinOf(command) } : {};
        await enqueue(store, { command, id: command.slice(-1), max_retries }, input);
      }
      arriveAs(store, "w1");
      for (const { command, meant, lost } of jobs) {
        ledger.expect(command, meant, lost);
        // That it was claimed is not durable before it is settled.
        ledger.mayBeUndone(command, RUN);
      }
      const claims = await claimReady(store, "w1");
      removeEmptyBatches(store);
      return claims.map((claimed) => {
        const job = jobs.find(({ command }) => command === claimed.job.command)!;
        return run(store, claimed, job.ending);
      });
    },
    async act({ store, ledger }, settlements) {
      await settle(store, settlements);
      for (const settlement of settlements) {
        const { command, meant } = byCommand(jobs, settlement);
        if (settlement.progress !== "settled") throw new Broken(`${command} is not settled`);
        ledger.expect(command, meant);
      }
    },
  };
}

/**
 * Something done to the job at once after it was settled, while traces of it may still come back.
 */
function thenAtOnce(
  name: string,
  first: Operation<Settlement[]>,
  next: (stage: Stage) => Promise<unknown>,
): Operation<Settlement[]> {
  return {
    ...first,
    name,
    async act(stage, settlements) {
      await first.act(stage, settlements);
      await next(stage);
    },
  };
}

/**
 * A worker's whole life: it comes, fails at its first job, runs it again, runs a batch, and leaves.
 */
const life: Operation<{ unsettled: Settlement[]; left: boolean }> = {
  name: "worker-life",
  process: "w1",
  async prepare(disk, ledger) {
    const store = await openAt(disk.process("client"), START);
    await enqueue(store, { command: "echo a", id: "a", backoff_base: 0 });
    await enqueueMany(store, [{ command: "echo b" }, { command: "echo c" }]);
    for (const { command } of [TO_DONE, TO_FAILED, TO_DEAD]) {
      ledger.expect(command, RUN, "done: lost@w1 done@fresh", "done: done@w1");
    }
    ledger.allow("echo a", "done: failed@w1 done@fresh", "done: failed@w1 lost@w1 done@fresh");
    ledger.allow("echo a", "done: failed@w1 done@w1");
    return { unsettled: [], left: false };
  },
  async act({ store, ledger }, { unsettled }) {
    const presence = arriveAs(store, "w1");
    await recoverDead(store, "w1", unsettled);
    removeStrays(store);
    for (let round = 0; round < 2; round++) {
      const claims = await claimReady(store, "w1");
      await settle(
        store,
        claims.map((claimed) => {
          const fails = round === 0 && claimed.id === "a";
          return run(store, claimed, fails ? "failed" : "done");
        }),
      );
      if (round > 0) continue;
      ledger.expect(
        "echo a",
        "done: failed@w1 done@fresh",
        "done: failed@w1 lost@w1 done@fresh",
        "done: failed@w1 done@w1",
      );
      for (const { command } of [TO_FAILED, TO_DEAD]) ledger.expect(command, "done: done@w1");
    }
    ledger.expect("echo a", "done: failed@w1 done@w1");
    presence.leave();
  },
};

async function enqueueAgain({ store, ledger }: Stage): Promise<void> {
  ledger.expect("echo z", ABSENT, RUN);
  await enqueue(store, { command: "echo z", id: "a" });
  ledger.expect("echo z", RUN);
}

const settleDone = settling("done", [TO_DONE]);
const settleDead = settling("dead", [TO_DEAD]);

/** With the setting `pause_on_failure` the queue is paused before the dead job is settled. */
const settleAndPause: Operation<Settlement[]> = {
  ...settleDead,
  name: "settle-dead-and-pause",
  async prepare(disk, ledger) {
    const queue = await queueOf(await openAt(disk.process("client"), START));
    await queue.configure({ pause_on_failure: true });
    return await settleDead.prepare!(disk, ledger);
  },
  async act(stage, settlements) {
    const { store, ledger, again } = stage;
    // A worker that could not pause settles all the same.
    if (!again) {
      ledger.paused = undefined;
      await pauseOnFailure(store, settlements[0]!);
      ledger.paused = true;
    }
    await settleDead.act(stage, settlements);
  },
};

/** A job is settled where someone has put another of its ID by hand: both are kept. */
const settleBesideAnother = besideAnother("settle-beside-another", settleDone);

function besideAnother(
  name: string,
  settles: Operation<Settlement[]>,
): Operation<Settlement[]> {
  return {
    ...settles,
    name,
    async prepare(disk, ledger) {
      const settlements = await settles.prepare!(disk, ledger);
      const files = disk.process("hand");
      const path = `${DIR}/done/a.json`;
      files.create(path, new TextEncoder().encode(`{"command":"echo other"}`));
      await files.sync([path, `${DIR}/done`]);
      ledger.expect("echo other", "done:");
      // Each try puts the job under another ID: one that is cut off leaves the log under the last.
      ledger.logsMayStray = true;
      return settlements;
    },
  };
}

/** The operations that settle jobs of worker `w1`. */
export const SETTLE_OPERATIONS: readonly Operation[] = [
  settleDone,
  settling("failed", [TO_FAILED]),
  settleDead,
  settleAndPause,
  settling("put-back", [TO_PENDING]),
  settling("group", [TO_DONE, TO_FAILED, TO_DEAD]),
  settling("batch", [TO_DONE], true),
  settling("batch-group", [TO_DONE, TO_FAILED, TO_DEAD, TO_PENDING], true),
  settleBesideAnother,
  besideAnother("settle-beside-another-input", settling("done", [{ ...TO_DONE, hasInput: true }])),
  thenAtOnce("settle-then-remove", settleDone, removing("a", "done: done@w1")),
  thenAtOnce("settle-then-requeue", settleDone, requeueing("a", "done: done@w1")),
  thenAtOnce("settle-then-remove-and-enqueue", settleDone, async (stage) => {
    await removing("a", "done: done@w1")(stage);
    await enqueueAgain(stage);
  }),
];

export { life, settleDone, settling, TO_DEAD, TO_DONE, TO_FAILED, TO_PENDING };
