/**
 * What must hold of a queue's disk: at every moment, and when all is over.
 *
 * @module
 */

import { hasGoneOn } from "../../src/contents/same_job.ts";
import type { Job } from "../../src/format/job.ts";
import { JOB_STATES, parseEntryName } from "../../src/format/names.ts";
import type { SimulatedDisk } from "../simulation/simulated_disk.ts";
import { findings, missingPlaces, recoverAgain, removeOrphanedInputs } from "./fresh_worker.ts";
import { inputOf } from "./job_input.ts";
import { BURIED, type Fate, HELD, type Ledger } from "./ledger.ts";
import { DIR } from "./queue_disk.ts";
import { logLine } from "./worker_steps.ts";

/** A job's file in a state directory. */
interface Seen {
  /** Its path. */
  path: string;
  /** The directory that it lies in. */
  state: string;
  /** What tells the job: its command, or the whole content of what is no job. */
  command: string;
  /** The job, unless it is none. */
  job?: Job;
}

/** The path of the input of a job, from that of its file. */
function inputBeside(path: string): string {
  const { id } = parseEntryName(path.slice(path.lastIndexOf("/") + 1))!;
  return `${DIR}/input/${id}.in`;
}

function* jobFiles(disk: SimulatedDisk): Generator<Seen> {
  for (const state of JOB_STATES) {
    for (const path of disk.files(`${DIR}/${state}`)) {
      if (!path.endsWith(".json")) continue;
      const text = disk.text(path)!;
      const job = jobIn(text);
      yield { path, state, command: job?.command ?? text, job };
    }
  }
}

function jobIn(text: string): Job | undefined {
  try {
    const job = JSON.parse(text);
    return typeof job.command === "string" ? job : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a file is the job of another one, which lies in processing/, at a later time. */
function isLater({ job }: Seen, running: Seen): boolean {
  if (!job || !running.job || running.state !== "processing") return false;
  return hasGoneOn(job, running.job);
}

/**
 * What is wrong with a disk at any moment: a file that is torn, or no job that anyone added; a job
 * in two places; a rename that has landed on a live name.
 */
export function* faultsNow(disk: SimulatedDisk, ledger: Ledger): Generator<string> {
  const places = new Map<string, Seen>();
  for (const seen of jobFiles(disk)) {
    const { path, command, job } = seen;
    const other = places.get(command);
    // A rename that is half durable: one file, which has not become two jobs.
    if (other && disk.areOne(path, other.path)) continue;
    if (!ledger.knows(command)) yield `${path} is torn or foreign: ${JSON.stringify(command)}`;
    // A removal that is not durable: the dead worker's file is older, and its recovery knows that.
    if (other && disk.state.twoSided && (isLater(seen, other) || isLater(other, seen))) continue;
    if (other !== undefined && !ledger.mayDouble) {
      yield `"${command}" is in two places: ${other.path} and ${path}`;
    }
    places.set(command, seen);
    const input = job?.stdin === true ? disk.text(inputBeside(path)) : inputOf(command);
    if (input !== inputOf(command)) yield `the input of ${path} is ${JSON.stringify(input)}`;
  }
  const version = disk.text(`${DIR}/VERSION`);
  if (version !== undefined && version !== "1\n") yield `VERSION is ${JSON.stringify(version)}`;
  yield* settingFaults(disk, ledger);
  for (const { name, args, replaced } of disk.calls) {
    const to = String(args[1]);
    const isJob = to.endsWith(".json") && JOB_STATES.some((s) => to.startsWith(`${DIR}/${s}/`));
    if (name === "rename" && replaced && isJob) {
      yield `a rename landed on a live name: ${args.join(" -> ")}`;
    }
  }
}

function* settingFaults(disk: SimulatedDisk, { settings, paused }: Ledger): Generator<string> {
  if (settings) {
    const set = disk.text(`${DIR}/config.json`);
    const allowed = settings.map((each) => JSON.stringify(each, null, 2) + "\n");
    if (!allowed.includes(set ?? "")) yield `config.json is ${set}`;
  }
  if (paused !== undefined && disk.exists(`${DIR}/paused`) !== paused) {
    yield `the queue is ${paused ? "not " : ""}paused`;
  }
}

/** How a case is to be judged when it is over. */
export interface Judging {
  /** Whether the power was cut: it may take what the jobs printed, and undo what is not durable. */
  powerCut: boolean;
  /** Workers that still live: their files may be there. */
  alive?: readonly string[];
}

/** What is wrong with a disk when a fresh worker has come and gone. */
export async function* faultsAtRest(
  disk: SimulatedDisk,
  ledger: Ledger,
  { powerCut, alive = [] }: Judging,
): AsyncGenerator<string> {
  yield* faultsNow(disk, ledger);
  const seen = [...jobFiles(disk)];
  // A power cut can take the log of a job that nobody was told is settled, or undo the log's move.
  const mayStray = (command: string | undefined) =>
    ledger.logsMayStray || (powerCut && command !== undefined && !ledger.isSure(command));
  const commandOf = (id: string) => seen.find(({ path }) => path.endsWith(`/${id}.json`))?.command;
  for (const [command, allowed] of ledger.entries(powerCut)) {
    const fate = seen.filter((each) => each.command === command).map(fateOf).sort().join(" + ") ||
      "absent";
    if (!allowed.includes(fate)) {
      yield `"${command}" ended as "${fate}"; right were: ${allowed.join(" | ")}`;
    }
  }
  for (const part of ["pending", "processing", "failed", "tmp", "workers"]) {
    for (const name of disk.names(`${DIR}/${part}`)) {
      const held = seen.find(({ path }) => path === `${DIR}/${part}/${name}`);
      // Nothing, as all such names: made to have a directory flushed again.
      if (name.startsWith(".")) continue;
      if (held && fateOf(held).startsWith(HELD) && ledger.allows(held.command, fateOf(held))) {
        continue;
      }
      if (part === "workers" && alive.some((worker) => name.startsWith(`${worker}.`))) continue;
      if (name.endsWith(".log") && mayStray(commandOf(name.slice(0, -".log".length)))) continue;
      yield `${part}/${name} is left`;
    }
  }
  for (const each of seen) {
    const isWhole = !powerCut && !ledger.logsMayStray;
    yield* logFaults(disk, each, mayStray(each.command), isWhole);
  }
  for (const problem of await findings(disk)) {
    const id = /^the log of (\S+) lies/.exec(problem)?.[1];
    if (id !== undefined && mayStray(commandOf(id))) continue;
    if (ledger.logsMayStray && problem.includes("log of a missing job")) continue;
    yield `the doctor says: ${problem}`;
  }
  // The name of a holder that a disk refused to remove keeps others out until its worker has left.
  if (ledger.limits && alive.length === 0) {
    for (const resource of await missingPlaces(disk, ledger.limits)) {
      yield `not all places of ${resource} can be had`;
    }
    for (const name of disk.names(`${DIR}/limits`)) {
      if (!/^\w+\.\d+$/.test(name)) yield `limits/${name} is left`;
    }
  }
  const before = disk.tree();
  const recoveries = await recoverAgain(disk);
  if (recoveries.length > 0) yield `a second recovery recovered ${JSON.stringify(recoveries)}`;
  if (disk.tree() !== before) yield `a second recovery changed the disk to\n${disk.tree()}`;
  await removeOrphanedInputs(disk);
  yield* inputFaults(disk);
}

/** Of each job that is gone the input goes too; of each that is there it stays. */
function* inputFaults(disk: SimulatedDisk): Generator<string> {
  const inputs = new Set(disk.files(`${DIR}/input`));
  for (const { path, job } of jobFiles(disk)) {
    const input = inputBeside(path);
    if (job?.stdin === true && !inputs.has(input)) yield `the input of ${path} was swept away`;
    inputs.delete(input);
  }
  for (const path of inputs) yield `${path} is left`;
}

function fateOf({ state, job }: Seen): Fate {
  if (!job) return state === "dead" ? BURIED : `${state}: not a job`;
  const attempts = (job.history ?? []).map(({ outcome, worker }) =>
    `${outcome}@${worker.replace(/^doctor-.*/, "doctor")}`
  );
  const urgency = (job.priority ?? 5) === 5 ? "" : ` at priority ${job.priority}`;
  return `${state}: ${attempts.join(" ")}`.trimEnd() + urgency;
}

/** A settled job has its log beside it, and that holds what each attempt printed, in order. */
function* logFaults(
  disk: SimulatedDisk,
  { path, command, job }: Seen,
  mayLack: boolean,
  whole: boolean,
): Generator<string> {
  const log = disk.text(path.replace(/\.json$/, ".log"));
  if (log === undefined) {
    // A job that is dead without having run was put there by hand.
    if (!mayLack && (job === undefined || job.history?.length > 0)) {
      yield `${path} has no log beside it`;
    }
    return;
  }
  if (!whole || !job) return;
  let at = 0;
  for (const { outcome, worker, log_offset, log_end } of job.history ?? []) {
    if (log_end !== undefined && log_end > log.length) {
      yield `${path} says that ${worker} ended at ${log_end}: ${log}`;
    }
    if (outcome === "lost" || worker === "") continue;
    const line = logLine(worker, command);
    const found = log.indexOf(line, at);
    if (found < 0) {
      yield `the log of ${path} lacks ${JSON.stringify(line)}: ${JSON.stringify(log)}`;
      return;
    }
    if (log_offset > found) yield `${path} says that ${worker} began at ${log_offset}: ${found}`;
    at = found + line.length;
  }
}
