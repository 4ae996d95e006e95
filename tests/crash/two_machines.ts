/**
 * People and workers on two machines, one after the other in a random order. What each is answered,
 * and what runs, must be as if there were one machine.
 *
 * @module
 */

import { editJob, holdJob, releaseJob } from "../../src/control/waiting_jobs.ts";
import type { FilePort } from "../../src/fs/file_port.ts";
import { enqueue } from "../../src/moves/enqueue.ts";
import { Queue } from "../../src/queue.ts";
import { makeDirectory, pathIn } from "../../src/store/store.ts";
import { QueueError, UsageError } from "../../src/text/errors.ts";
import { seededRandom } from "../simulation/seeded.ts";
import { arriveAs, claimReady, doctor, run, settleAndTell } from "./worker_steps.ts";

/** A machine: the queue as it reaches it, and what it does now and then. */
export interface Machine {
  dir: string;
  files: FilePort;
  /** Called before each step, with a random number from 0 up to 1. */
  meanwhile?(random: number): void;
}

/** A job as it must be. */
interface Expected {
  state: "waits" | "done" | "dead";
  held: boolean;
  command: string;
  key?: string;
  after: string[];
  /** Whether there is a note that it waits: not if all had been done when it was retried. */
  noted: boolean;
}

const IDS = [..."abcdef"];
const KEYS = ["k", "l"];

/**
 * Lets them act.
 *
 * @throws {Error} If an answer, or what ran, is not right; with all steps until then.
 */
export async function actInTurn(
  machines: readonly Machine[],
  seed: number,
  steps: number,
): Promise<void> {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  let time = 0;
  // Each time is another, and none lags behind the files' dates: the doctor compares them.
  const now = () => time = Math.max(time + 1, Date.now());
  const queues: Queue[] = [];
  using arrivals = new DisposableStack();
  for (const [at, { dir, files }] of machines.entries()) {
    const queue = await Queue.open(dir, { files, now });
    makeDirectory(queue.store, pathIn(queue.store, "after"));
    arrivals.defer(arriveAs(queue.store, `w${at}`).leave);
    queues.push(queue);
  }
  const jobs = new Map<string, Expected>();
  const open = (id: string) => jobs.get(id)?.state === "waits";
  const holder = (key: string | undefined) =>
    key !== undefined && [...jobs.values()].some((job) => job.key === key && job.state === "waits");
  const mustDie = ({ after }: Expected) => after.some((id) => jobs.get(id)?.state === "dead");
  const isReady = (job: Expected) =>
    job.state === "waits" && !job.held && (mustDie(job) || !job.after.some(open));
  const said: string[] = [];

  /** Asks for something, and compares whether it is done with whether it should be. */
  async function ask(what: string, should: boolean, act: () => Promise<unknown>): Promise<void> {
    said.push(what);
    let refusal: string | undefined;
    try {
      await act();
    } catch (error) {
      if (!(error instanceof QueueError || error instanceof UsageError)) {
        throw new Error(`${error}\n${said.join("\n")}`, { cause: error });
      }
      refusal = error.message;
    }
    said.push(`  ${refusal ?? "done"}`);
    if ((refusal === undefined) === should) return;
    throw new Error(`seed ${seed}: ${should ? "refused" : "done"}, wrongly\n${said.join("\n")}`);
  }

  async function work(queue: Queue, worker: string): Promise<void> {
    said.push(`${worker} works`);
    const ready = [...jobs].filter(([, job]) => isReady(job));
    const ending = random() < 0.7 ? "done" : "failed";
    const expected = ready.filter(([, job]) => !mustDie(job));
    const claims = await claimReady(queue.store, worker);
    const ran = claims.map(({ id, job }) => `${id}: ${job.command}`).sort().join();
    said.push(`  ${ending}: ${ran}`);
    await settleAndTell(queue.store, claims.map((each) => run(queue.store, each, ending)));
    const right = expected.map(([id, job]) => `${id}: ${job.command}`).sort().join();
    if (ran !== right) throw new Error(`seed ${seed}: right were ${right}\n${said.join("\n")}`);
    const dying = ready.filter(([, job]) => mustDie(job));
    for (const [, job] of expected) job.state = ending === "done" ? "done" : "dead";
    for (const [, job] of dying) job.state = "dead";
  }

  for (let step = 0; step < steps; step++) {
    const at = Math.floor(random() * machines.length);
    const [machine, queue, id] = [machines[at]!, queues[at]!, pick(IDS)];
    machine.meanwhile?.(random());
    const job = jobs.get(id);
    const on = `w${at}: `;
    switch (pick(["add", "add", "work", "work", "retry", "remove", "edit", "hold"])) {
      case "add": {
        const key = random() < 0.3 ? pick(KEYS) : undefined;
        const after = random() < 0.4 ? [pick(IDS)].filter((other) => other !== id) : [];
        const command = `echo ${step}`;
        const should = !job && !holder(key) && after.every((parent) => jobs.has(parent));
        const fields = { id, command, max_retries: 0, ...(key && { unique: key }), after };
        await ask(
          `${on}add ${id} ${key ?? ""} after ${after}`,
          should,
          () => enqueue(queue.store, fields),
        );
        if (should) jobs.set(id, { state: "waits", held: false, command, key, after, noted: true });
        break;
      }
      case "work":
        await work(queue, `w${at}`);
        break;
      case "retry": {
        const should = job !== undefined && !open(id) && !holder(job.key);
        await ask(`${on}retry ${id}`, should, () => queue.requeue(id));
        if (!should) break;
        job.state = "waits";
        job.noted = !job.after.every((parent) => jobs.get(parent)?.state === "done");
        break;
      }
      case "remove": {
        const isAwaited = [...jobs.values()].some((other) =>
          other.state === "waits" && other.noted && other.after.includes(id)
        );
        const should = job !== undefined && !isAwaited;
        await ask(`${on}remove ${id}`, should, () => queue.remove(id));
        if (should) jobs.delete(id);
        break;
      }
      case "edit": {
        const command = `echo edited ${step}`;
        const should = open(id) && job!.after.every((parent) => jobs.has(parent));
        await ask(
          `${on}edit ${id}`,
          should,
          () => editJob(queue, id, (fields) => ({ ...fields, command })),
        );
        if (should) job!.command = command;
        break;
      }
      case "hold":
        if (job?.held && job.state === "waits") {
          await ask(`${on}release ${id}`, true, () => releaseJob(queue, id));
          job.held = false;
        } else {
          await ask(`${on}hold ${id}`, open(id), () => holdJob(queue, id));
          if (job && open(id)) job.held = true;
        }
    }
  }
  const findings = (await doctor(queues[0]!.store, false)).map(({ problem }) => problem)
    // A job can be retried after its parent was removed, and held then.
    .filter((problem) => !problem.includes("which is missing"));
  if (findings.length > 0) throw new Error(`seed ${seed}: ${findings}\n${said.join("\n")}`);
}
