/**
 * Workers that settle and workers that recover them: the dead, the living, and the one that is only
 * believed dead, because a partition took its lock from it, and that comes back.
 *
 * @module
 */

import { claim } from "../../src/moves/claim.ts";
import { enqueue } from "../../src/moves/enqueue.ts";
import type { Recovery } from "../../src/recovery/recover.ts";
import { declareDead } from "../../src/recovery/forget_worker.ts";
import { settle, type Settlement } from "../../src/moves/settle.ts";
import type { Store } from "../../src/store/store.ts";
import { removeStrays } from "../../src/recovery/strays.ts";
import { killAt } from "../simulation/faults.ts";
import { type Fate, Ledger, RUN } from "./ledger.ts";
import { ACTING, DIR, openAt, START } from "./queue_disk.ts";
import { type Ends, type Race, returned, wasKilled } from "./race.ts";
import { settling, TO_DEAD, TO_DONE, TO_FAILED, TO_PENDING } from "./settle_operations.ts";
import { arriveAs, claimReady, doctor, readyEntries, recoverDead, run } from "./worker_steps.ts";

/** Recovers whoever is dead; whether there was anyone. */
async function recovering(store: Store, worker: string): Promise<Recovery[]> {
  const recoveries = await recoverDead(store, worker);
  removeStrays(store);
  return recoveries;
}

/** Recovers, and runs what is ready then; the commands it has run. */
const takingOver = (worker: string) => async (store: Store): Promise<string[]> => {
  await recovering(store, worker);
  const settlements = (await claimReady(store, worker)).map((each) => run(store, each, "done"));
  await settle(store, settlements);
  return settlements.filter((each) => each.progress === "settled").map((each) => each.job.command);
};

type Job = typeof TO_DONE;

/** The fates of a job whose claims a power cut has undone, the first or all. */
const UNDONE: readonly Fate[] = [RUN, "done: lost@w2 done@fresh", "done: done@w2"];

/** What was promised to worker `w1` of each of its jobs: `settled`, or that it is another's. */
async function settleAs(store: Store, settlements: Settlement[]): Promise<Record<string, string>> {
  await settle(store, settlements);
  return Object.fromEntries(settlements.map(({ job, progress }) => [job.command, progress!]));
}

/** The fates of a job of `w1` that `w1` settles as it means to while `w2` may take it over. */
function fatesOf({ meant, lost }: Job, ends: Ends): Fate[] {
  const others = ["w2", "fresh"].filter((name) => name === "fresh" || ends[name] !== undefined);
  const run = (fate: Fate) =>
    fate.includes("done@fresh")
      ? others.map((worker) => fate.replace("done@fresh", `done@${worker}`))
      : [fate];
  // If the recovering worker dies, the job may be on its account.
  const accounts = wasKilled(ends.w2) ? ["w1", "w2"] : ["w1"];
  const charged = accounts.flatMap((worker) => run(lost.replace("@w1", `@${worker}`)));
  const again = accounts.flatMap((worker) =>
    run(lost.replace("lost@w1", `lost@${worker} lost@w2`).replace(/^dead.*/, lost))
  );
  const killedAgain = wasKilled(ends.w2) ? again : [];
  const meantAndLost = wasKilled(ends.w2) && meant.includes("done@fresh")
    ? [meant.replace("done@fresh", "lost@w2 done@fresh")]
    : [];
  return [...run(meant), ...meantAndLost, ...charged, ...killedAgain];
}

function expectSettled(jobs: readonly Job[]) {
  return (ledger: Ledger, ends: Ends): void => {
    const promised = returned(ends.w1)?.value as Record<string, string> | undefined;
    for (const job of jobs) {
      let fates = fatesOf(job, ends);
      if (promised?.[job.command] === "settled") {
        fates = fates.filter((fate) => !fate.includes("lost@w1"));
      }
      ledger.expect(job.command, ...fates);
      // That it was claimed is not durable before it is settled, by whomever.
      if (promised?.[job.command] !== "settled") ledger.mayBeUndone(job.command, ...UNDONE);
    }
  };
}

/**
 * The call before a settler moves a log, or between the two of a move by a link. Should another
 * take the job over, publish it and claim it again between this and the move, then the log of the
 * earlier attempts stays where the settler put it: no rename can ask for two names. Only a settler
 * that is wrongly believed dead can come there; no job is lost by it.
 */
const IS_IT_OURS =
  /^w1 \d+ ((stat|exists) \S+@w1\.(failed|pending)|link \S+\/processing\/.\.log \S+)$/;

/**
 * Worker `w1` settles; `w2` may take its lock, because it is partitioned or because it has died.
 */
function settlerAndRecoverer(
  name: string,
  jobs: readonly Job[],
  lock: "held" | "freed",
): Race<Settlement[]> {
  const expectTakenOver = expectSettled(jobs);
  return {
    name: `${lock === "held" ? "live" : "partitioned"}-settler-${name}-recoverer`,
    async prepare(disk, ledger) {
      const settlements = await settling("", jobs).prepare!(disk, ledger) as Settlement[];
      arriveAs(await openAt(disk.process("w2"), START), "w2");
      if (lock === "freed") disk.crashProcess("w1");
      return settlements;
    },
    actors: { w1: settleAs, w2: takingOver("w2") },
    expect(ledger, ends, calls) {
      ledger.logsMayStray = calls.some((call, at) =>
        IS_IT_OURS.test(call) && calls[at + 1]?.startsWith("w2 ")
      );
      expectTakenOver(ledger, ends);
      if (lock === "freed" || wasKilled(ends.w1)) return;
      // Nobody may touch what a live worker holds; and it has settled it.
      for (const { command, meant } of jobs) {
        const again = meant.replace("done@fresh", "done@w2");
        const cutOff = meant.replace("done@fresh", "lost@w2 done@fresh");
        ledger.expect(command, meant, again, ...(wasKilled(ends.w2) ? [cutOff] : []));
      }
    },
  };
}

/** Worker `w1` settles, and `w2`, which takes it for gone, forgets it meanwhile. */
const settlerAndForgetter: Race<Settlement[]> = {
  ...settlerAndRecoverer("done", [TO_DONE], "freed"),
  name: "live-settler-forgetter",
  async prepare(disk) {
    const settlements = await settling("", [TO_DONE]).prepare!(disk, new Ledger()) as Settlement[];
    arriveAs(await openAt(disk.process("w2"), START), "w2");
    return settlements;
  },
  actors: {
    w1: settleAs,
    async w2(store) {
      await declareDead(store, "w1", "w2");
      return await takingOver("w2")(store);
    },
  },
};

const stampOf = (seconds: number) => new Date(START + 1000 * seconds).toISOString();

const settlingOne = (at: number) => (store: Store, settlements: Settlement[]) =>
  settle(store, [settlements[at]!]);

/** Two jobs of one ID, dropped by hand, are settled at once: both are kept. */
const namesakes: Race<Settlement[]> = {
  name: "two-settlers-of-one-id",
  async prepare(disk) {
    const settlements: Settlement[] = [];
    const files = disk.process("hand");
    for (const [at, worker] of ["w1", "w2"].entries()) {
      const name = `20260101T00000${at}.000Z-5-a.json`;
      const job = JSON.stringify({ command: `echo ${worker}`, created_at: stampOf(at) });
      files.create(`${DIR}/pending/${name}`, new TextEncoder().encode(job));
      await files.sync([`${DIR}/pending/${name}`, `${DIR}/pending`]);
      const store = await openAt(disk.process(worker), START + 2_000);
      arriveAs(store, worker);
      for (const claimed of await claimReady(store, worker)) {
        settlements.push(run(store, claimed, "done"));
      }
    }
    return settlements;
  },
  actors: {
    w1: settlingOne(0),
    w2: settlingOne(1),
  },
  symmetric: true,
  expect(ledger, ends) {
    // There is one log for the two.
    ledger.logsMayStray = true;
    for (const worker of ["w1", "w2"]) {
      ledger.expect(`echo ${worker}`, `done: done@${worker}`);
      if (!wasKilled(ends[worker])) continue;
      ledger.allow(`echo ${worker}`, `done: lost@${worker} done@fresh`);
      // That it was claimed is not durable before it is settled.
      ledger.mayBeUndone(`echo ${worker}`, RUN);
    }
  },
};

/** Worker `w1` died after so many calls of settling; `w2` and `w3` both recover it. */
function twoRecoverers(name: string, after: number | undefined): Race {
  const jobs = [TO_DONE, TO_FAILED];
  return {
    name: `two-recoverers-${name}`,
    async prepare(disk, ledger) {
      const settlements = await settling("", jobs).prepare!(disk, ledger) as Settlement[];
      if (after !== undefined) {
        const store = await openAt(disk.process("client"), ACTING - 1000);
        const dying = { ...store, files: disk.process("w1", killAt(after)) };
        await settle(dying, settlements).catch(() => {});
      }
      disk.crashProcess("w1");
      for (const worker of ["w2", "w3"]) {
        arriveAs(await openAt(disk.process(worker), START), worker);
      }
    },
    actors: {
      w2: (store) => recovering(store, "w2"),
      w3: (store) => recovering(store, "w3"),
    },
    symmetric: true,
    expect(ledger, ends, calls) {
      const recoveries = ["w2", "w3"].flatMap((worker) =>
        (returned(ends[worker])?.value ?? []) as Recovery[]
      ).filter(({ worker }) => worker === "w1");
      const ofJobs = recoveries.filter(({ finished, lost }) => finished.length + lost.length > 0);
      // One who saw the jobs before and the worker's file no more makes that anew, and finds
      // nothing.
      const madeAnew = calls.some((call) =>
        /(renameNew|link) \S+ \/q\/workers\/w1\.json/.test(call)
      );
      if (ofJobs.length > 1 || (recoveries.length > 1 && !madeAnew)) {
        throw new Error("both have recovered the same worker");
      }
      const killed = ["w2", "w3"].filter((worker) => wasKilled(ends[worker]));
      for (const { command, meant, lost } of jobs) {
        ledger.expect(command, meant, lost);
        for (const worker of killed) ledger.allow(command, lost.replace("@w1", `@${worker}`));
        ledger.mayBeUndone(command, RUN);
      }
    },
  };
}

/** Worker `w1` is believed dead while it claims. */
const partitionedClaimer: Race<ReturnType<typeof readyEntries>[number]> = {
  name: "partitioned-claimer-recoverer",
  async prepare(disk) {
    const store = await openAt(disk.process("client"), START);
    await enqueue(store, { command: "echo a", id: "a" });
    for (const worker of ["w1", "w2"]) {
      arriveAs({ ...store, files: disk.process(worker) }, worker);
    }
    disk.crashProcess("w1");
    return readyEntries(store)[0]!;
  },
  actors: {
    w1: (store, entry) => claim(store, entry, "w1"),
    w2: takingOver("w2"),
  },
  expect(ledger, ends) {
    const workers = ["w2", "fresh"];
    ledger.expect("echo a", ...workers.map((worker) => `done: done@${worker}`));
    for (const worker of workers) ledger.allow("echo a", `done: lost@w1 done@${worker}`);
    if (!wasKilled(ends.w2)) return;
    ledger.allow("echo a", "done: lost@w2 done@fresh", "done: lost@w1 lost@w2 done@fresh");
  },
};

/** A worker that has nothing to do comes and goes while another looks for dead ones. */
const leaver: Race = {
  name: "leaver-recoverer",
  async prepare(disk, ledger) {
    const store = await openAt(disk.process("w2"), START);
    await enqueue(store, { command: "echo a", id: "a" });
    arriveAs(store, "w2");
    ledger.expect("echo a", RUN);
  },
  actors: {
    w1: (store) => Promise.resolve(arriveAs(store, "w1").leave()),
    w2: (store) => recovering(store, "w2"),
  },
  expect(_, ends) {
    const recoveries = (returned(ends.w2)?.value ?? []) as Recovery[];
    // It can have died only between its last two calls: its file gone, its lock free.
    if (recoveries.some(({ finished, lost }) => finished.length + lost.length > 0)) {
      throw new Error("a worker without jobs was recovered of some");
    }
  },
};

const liveSettlerAndDoctor: Race<Settlement[]> = {
  ...settlerAndRecoverer("done", [TO_DONE], "held"),
  name: "live-settler-doctor",
  actors: {
    w1: settleAs,
    doctor: (store) => doctor(store, true),
  },
  expect(ledger, ends) {
    ledger.expect("echo a", TO_DONE.meant);
    if (!wasKilled(ends.w1)) return;
    ledger.allow("echo a", TO_DONE.lost, TO_DONE.lost.replace("@w1", "@doctor"));
    ledger.mayBeUndone("echo a", RUN);
  },
};

/** Settling meets recovering. */
export const RECOVERY_RACES: readonly Race[] = [
  settlerAndRecoverer("done", [TO_DONE], "freed"),
  settlerAndRecoverer("failed", [TO_FAILED], "freed"),
  settlerAndRecoverer("dead", [TO_DEAD], "freed"),
  settlerAndRecoverer("put-back", [TO_PENDING], "freed"),
  settlerAndRecoverer("group", [TO_DONE, TO_FAILED], "freed"),
  settlerAndRecoverer("group", [TO_DONE, TO_FAILED], "held"),
  twoRecoverers("running", undefined),
  twoRecoverers("taken", 1),
  twoRecoverers("written", 4),
  twoRecoverers("flushed", 5),
  twoRecoverers("owned", 7),
  twoRecoverers("published", 10),
  partitionedClaimer,
  leaver,
  namesakes,
  liveSettlerAndDoctor,
  settlerAndForgetter,
] as readonly Race[];
