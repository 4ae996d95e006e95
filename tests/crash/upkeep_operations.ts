/**
 * What people do to a queue: run a job again, remove it, change settings, pause.
 *
 * @module
 */

import { pauseGroup } from "../../src/control/pause_group.ts";
import { restartJob, retryEdited } from "../../src/control/restart_job.ts";
import { editJob, releaseJob } from "../../src/control/waiting_jobs.ts";
import type { JobInput } from "../../src/format/job.ts";
import { enqueue } from "../../src/moves/enqueue.ts";
import { enqueueMany } from "../../src/moves/enqueue_many.ts";
import { NotDurableError, QueueError } from "../../src/text/errors.ts";
import { pruneJobs } from "../../src/moves/prune.ts";
import { Queue } from "../../src/queue.ts";
import { settle } from "../../src/moves/settle.ts";
import type { Store } from "../../src/store/store.ts";
import { ABSENT, type Fate, type Ledger, RUN } from "./ledger.ts";
import { stdinOf } from "./job_input.ts";
import type { Operation, Stage } from "./operation.ts";
import { DIR, openAt, START } from "./queue_disk.ts";
import { arriveAs, claimReady, type Ending, run } from "./worker_steps.ts";

/** The queue as the command line has it. */
export function queueOf({ files, now }: Store): Promise<Queue> {
  return Queue.open(DIR, { files, now });
}

/** What is asked of a queue about one job. */
export interface Asked {
  /** The job's command. */
  command: string;
  /** What becomes of the job if nothing is done. */
  before: Fate;
  /** What becomes of it if that is done. */
  after: Fate;
}

/**
 * Asks for something. After an error the same is asked for once more: that it has been done already
 * is fine. Who was told that it is done and perhaps not durable has no other promise, and is told
 * no more the second time.
 */
export async function asking(
  stage: Stage,
  { command, before, after }: Asked,
  ask: () => Promise<unknown>,
): Promise<void> {
  const { ledger } = stage;
  ledger.expect(command, before, after);
  let failure: unknown;
  try {
    await ask();
  } catch (error) {
    stage.doubted ||= error instanceof NotDurableError;
    if (!stage.doubted && (!stage.again || !(error instanceof QueueError))) throw error;
    if (error instanceof NotDurableError || !(error instanceof QueueError)) failure = error;
  }
  ledger.expect(command, after);
  if (stage.doubted) ledger.mayBeUndone(command, before);
  if (failure) throw failure;
}

/**
 * Removes a job.
 *
 * @param before What becomes of it if it stays.
 */
export function removing(id: string, before: Fate, command = "echo a") {
  return async (stage: Stage): Promise<void> => {
    stage.ledger.logsMayStray = true;
    const queue = await queueOf(stage.store);
    await asking(stage, { command, before, after: ABSENT }, () => queue.remove(id));
  };
}

/**
 * Makes a job ready now.
 *
 * @param before What becomes of it if it stays where it is.
 */
export function requeueing(id: string, before: Fate, command = "echo a") {
  const ran = before.replace(/^dead/, "done");
  const after = ran.endsWith("done@fresh") ? ran : `${ran} done@fresh`;
  return async (stage: Stage): Promise<void> => {
    const queue = await queueOf(stage.store);
    await asking(stage, { command, before, after }, () => queue.requeue(id));
  };
}

/** Enqueues job `a`, and has worker `w0` run it. */
async function settledAs(
  store: Store,
  ending: Ending,
  max_retries: number | undefined,
  { id = "a", hasInput = false }: Settled,
): Promise<void> {
  const input = hasInput ? { stdin: stdinOf("echo a") } : {};
  await enqueue(store, { command: "echo a", id, max_retries }, input);
  const presence = arriveAs(store, "w0");
  const claims = await claimReady(store, "w0");
  await settle(store, claims.map((claimed) => run(store, claimed, ending)));
  presence.leave();
}

export const FATES = {
  done: "done: done@w0",
  failed: "done: failed@w0 done@fresh",
  dead: "dead: failed@w0",
} as const;

/** What else there is to a job that has been run. */
interface Settled {
  /** Default: `a`. */
  id?: string;
  /** Whether it has an input. Default: no. */
  hasInput?: boolean;
}

/** An operation on job `a`, that has been run. */
export function onSettled(
  name: string,
  state: keyof typeof FATES,
  change: (stage: Stage) => Promise<void>,
  settled: Settled = {},
): Operation {
  return {
    name: `${name}-${state}`,
    process: "client",
    async prepare(disk, ledger) {
      const store = await openAt(disk.process("w0"), START);
      await settledAs(
        store,
        state === "done" ? "done" : "failed",
        state === "dead" ? 0 : 3,
        settled,
      );
      ledger.expect("echo a", FATES[state]);
    },
    act: change,
  };
}

/** An operation on jobs that wait: `a` by itself, `b` and `c` in a batch, `d` alone in another. */
function onWaiting(name: string, change: (stage: Stage) => Promise<void>): Operation {
  return {
    name,
    process: "client",
    async prepare(disk, ledger) {
      const store = await openAt(disk.process("client"), START);
      await enqueue(store, { command: "echo a", id: "a" });
      await enqueueMany(store, ["b", "c"].map((id) => ({ command: `echo ${id}`, id })));
      await enqueueMany(store, [{ command: "echo d", id: "d" }]);
      for (const id of ["a", "b", "c", "d"]) ledger.expect(`echo ${id}`, RUN);
    },
    act: change,
  };
}

/**
 * Removes jobs; a second time only those that are left, and about the others it promises nothing.
 */
async function removingAll(
  { ledger, again }: Stage,
  commands: readonly string[],
  remove: () => Promise<number>,
): Promise<void> {
  for (const command of commands) ledger.allow(command, ABSENT);
  ledger.logsMayStray = true;
  const removed = await remove();
  if (again && removed < commands.length) return;
  for (const command of commands) ledger.expect(command, ABSENT);
}

export function clearing(
  state: "pending" | "done" | "failed" | "dead",
  commands: readonly string[],
) {
  return async (stage: Stage): Promise<void> => {
    const queue = await queueOf(stage.store);
    await removingAll(stage, commands, () => queue.clear(state));
  };
}

export async function pruning(stage: Stage): Promise<void> {
  await removingAll(stage, ["echo a"], async () => {
    const { removed } = await pruneJobs(stage.store, { olderThan: 0 });
    return removed.done + removed.dead;
  });
}

/** Settings are as before or as asked for, and as asked for once that was promised. */
function configuring(
  name: string,
  change: (queue: Queue, ledger: Ledger) => Promise<void>,
): Operation {
  return {
    name,
    process: "client",
    async prepare(disk) {
      const queue = await queueOf(await openAt(disk.process("client"), START));
      await queue.configure({ max_retries: 7 });
    },
    async act({ store, ledger }) {
      await change(await queueOf(store), ledger);
    },
  };
}

/** A job that has ended is changed, and only then ready: as it was until it is held. */
function retryEditing(before: Fate) {
  const ran = before.replace(/^dead/, "done");
  const edited = ran.endsWith("done@fresh") ? ran : `${ran} done@fresh`;
  const held = before.replace(/^(done|dead)/, "pending");
  return async (stage: Stage): Promise<void> => {
    const queue = await queueOf(stage.store);
    const after = `${edited} at priority 9`;
    // While it is held its log stays where it was.
    stage.ledger.logsMayStray = true;
    stage.ledger.expect("echo a", before, held, `${held} at priority 9`, after);
    const urgent = (fields: JobInput) => ({ ...fields, priority: 9 });
    try {
      await retryEdited(queue, "a", urgent);
    } catch (error) {
      if (!stage.again || error instanceof NotDurableError || !(error instanceof QueueError)) {
        throw error;
      }
      // It waits by now, so whoever asks again is told to edit it; and lets it go if it is held.
      await editJob(queue, "a", urgent);
      if (queue.get("a")?.held === true) await releaseJob(queue, "a");
    }
    stage.ledger.expect("echo a", after);
  };
}

/** A copy of a job that has ended runs beside it, which stays as it is. */
async function restarting({ store, ledger, again }: Stage): Promise<void> {
  if (!again) ledger.expect("echo copy", ABSENT, RUN);
  const queue = await queueOf(store);
  try {
    await restartJob(queue, "a", (fields) => ({ ...fields, command: "echo copy", id: "copy" }));
  } catch (error) {
    // The attempt before, that failed, may have added it.
    if (!again || !(error instanceof QueueError)) throw error;
  }
  ledger.expect("echo copy", RUN);
}

/** The operations of people. */
export const UPKEEP_OPERATIONS: readonly Operation[] = [
  onSettled("requeue", "done", requeueing("a", FATES.done)),
  onSettled("requeue", "failed", requeueing("a", FATES.failed)),
  onSettled("requeue", "dead", requeueing("a", FATES.dead)),
  onSettled("retry-edited", "done", retryEditing(FATES.done)),
  onSettled("retry-edited", "dead", retryEditing(FATES.dead)),
  onSettled("restart", "dead", restarting),
  onSettled("remove", "done", removing("a", FATES.done)),
  onSettled("remove", "failed", removing("a", FATES.failed)),
  onSettled("remove", "dead", removing("a", FATES.dead)),
  onWaiting("remove-pending", removing("a", RUN)),
  onWaiting("remove-in-batch", removing("b", RUN, "echo b")),
  onWaiting("remove-last-in-batch", removing("d", RUN, "echo d")),
  onWaiting(
    "clear-pending",
    clearing("pending", ["a", "b", "c", "d"].map((id) => `echo ${id}`)),
  ),
  onSettled("clear", "done", clearing("done", ["echo a"])),
  onSettled("clear", "failed", clearing("failed", ["echo a"])),
  onSettled("clear", "dead", clearing("dead", ["echo a"])),
  onSettled("prune", "done", pruning),
  onSettled("prune", "dead", pruning),
  configuring("config-set", async (queue, ledger) => {
    ledger.settings = [{ max_retries: 7 }, { max_retries: 7, jitter: 0.5 }];
    await queue.configure({ jitter: 0.5 });
    ledger.settings = [{ max_retries: 7, jitter: 0.5 }];
  }),
  configuring("config-reset", async (queue, ledger) => {
    ledger.settings = [{ max_retries: 7 }, {}];
    await queue.resetConfig();
    ledger.settings = [{}];
  }),
  configuring("pause-group", async (queue, ledger) => {
    ledger.settings = [{ max_retries: 7 }, { max_retries: 7, "paused.night": true }];
    await pauseGroup(queue, "night", true);
    ledger.settings = [{ max_retries: 7, "paused.night": true }];
  }),
  configuring("resume-group", async (queue, ledger) => {
    const paused = { max_retries: 7, "paused.night": true } as const;
    ledger.settings = [{ max_retries: 7 }, paused];
    await pauseGroup(queue, "night", true);
    await pauseGroup(queue, "night", false);
    ledger.settings = [{ max_retries: 7 }];
  }),
  configuring("pause", async (queue, ledger) => {
    ledger.paused = undefined;
    await queue.setPaused(true);
    ledger.paused = true;
  }),
  configuring("resume", async (queue, ledger) => {
    ledger.paused = undefined;
    await queue.setPaused(true);
    await queue.setPaused(false);
    ledger.paused = false;
  }),
];
