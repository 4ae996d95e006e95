/**
 * Recovering a dead worker. Whoever holds its lock settles the jobs whose result it had written
 * down, and charges each other job that it ran one attempt (left_running.ts).
 *
 * The room: puts right what dead workers and power cuts left.
 *
 * @module
 */

import { holdsJobs } from "../contents/entries.ts";
import { removeProgress } from "../contents/job_output_files.ts";
import { reuniteLogs } from "../contents/logs.ts";
import {
  arriveAsEditor,
  hasPresence,
  lockDeadWorker,
  markDead,
  removePresence,
  workerNames,
} from "../contents/presence.ts";
import { parseEntryName, parseMeantName } from "../format/names.ts";
import { hostOf, isEditor, WORKER_PATTERN } from "../format/worker_names.ts";
import { settle, type Settlement } from "../moves/settle.ts";
import type { JobRun } from "../process/survivors.ts";
import { scheduleEntries } from "../schedules/read_schedule.ts";
import { returnSchedules } from "../schedules/turn_schedule.ts";
import { ring } from "../store/ring.ts";
import { pathIn, type Store } from "../store/store.ts";
import { removeDoubledNames } from "./doubled_names.ts";
import { begunSettling, takeOverSettling } from "./half_settled.ts";
import { claimedRuns, takeOverRunning } from "./left_running.ts";
import { SignsOfLife } from "./signs_of_life.ts";

/** What the recovery of one worker did. */
export interface Recovery {
  /** The dead worker. */
  worker: string;
  /** Jobs whose result it had written down; settled with that result. */
  finished: string[];
  /** Jobs that it was running; each is charged an attempt with outcome `lost`. */
  lost: string[];
}

/** Ends what is left of the processes of some runs of a dead worker, and of no others. */
type KillSurvivors = (worker: string, runs: JobRun[]) => Promise<void>;

/**
 * Recovers every dead worker.
 *
 * @param self The worker that recovers; it must hold its own lock.
 * @param killSurvivors Called for dead workers of this machine, before any of their jobs can run
 * again.
 * @param unsettled Jobs that an earlier call took over and the disk refused to settle; tried again.
 * Keep it from call to call: only this process knows of them while it lives.
 * @param settled Called for each job that has been settled.
 * @param signs Watches the workers of other machines; kept from call to call likewise.
 */
export async function recoverDeadWorkers(
  store: Store,
  self: string,
  killSurvivors: KillSurvivors,
  unsettled: Settlement[] = [],
  settled: (settlement: Settlement) => void = () => {},
  signs: SignsOfLife = new SignsOfLife(store, self),
): Promise<Recovery[]> {
  removeDoubledNames(store);
  await settleEach(store, unsettled, settled);
  const present = workerNames(store).filter((name) => name !== self);
  const absent = absentWorkers(store).filter((name) => name !== self);
  for (const worker of absent) markDead(store, worker);
  const recoveries: Recovery[] = [];
  for (const worker of signs.look([...present, ...absent])) {
    const kill = hostOf(worker) === hostOf(self) ? killSurvivors : undefined;
    const recovery = await recover(store, worker, self, kill, unsettled, settled, signs);
    if (recovery) recoveries.push(recovery);
  }
  reuniteLogs(store);
  return recoveries;
}

/**
 * Puts back a job that another program was changing, if that program is dead: perhaps no worker
 * lives to do so.
 *
 * @param editor The name of that program's presence.
 * @returns Whether it was dead; `false` also if another recovers it just now.
 */
export async function recoverEditor(store: Store, editor: string): Promise<boolean> {
  // Callers ask again and again while the program lives: only its lock is tried, as a presence
  // wakes every worker.
  let lock = lockDeadWorker(store, editor);
  if (!lock && !hasPresence(store, editor) && holdsJobs(store, editor)) {
    // Its file was removed by hand, by a power cut, or by a program whose disk failed.
    markDead(store, editor);
    lock = lockDeadWorker(store, editor);
  }
  if (!lock) return false;
  lock.release();
  const presence = arriveAsEditor(store, false);
  try {
    return await recover(store, editor, presence.name) !== undefined;
  } finally {
    presence.leave();
  }
}

/**
 * Recovers a worker if it is dead.
 *
 * @param by The worker that recovers it.
 * @returns `undefined` if the worker lives or another recovers it.
 */
export async function recover(
  store: Store,
  worker: string,
  by: string,
  killSurvivors?: KillSurvivors,
  unsettled: Settlement[] = [],
  settled: (settlement: Settlement) => void = () => {},
  signs?: SignsOfLife,
): Promise<Recovery | undefined> {
  const lock = lockDeadWorker(store, worker);
  if (!lock) return undefined;
  try {
    if (signs?.isStill(worker) === false) return undefined;
    // An editor runs nothing.
    if (!isEditor(worker)) await killSurvivors?.(worker, unendedRuns(store, worker));
    const before = unsettled.length;
    const dropTorn = await takeOverSettling(store, worker, by, unsettled);
    const finished = unsettled.slice(before);
    await takeOverRunning(store, worker, by, unsettled);
    dropTorn();
    const ended = unsettled.slice(before);
    const lost = ended.slice(finished.length)
      .filter(({ job }) => job.history.at(-1)?.outcome === "lost");
    await settle(store, unsettled);
    unsettled.length = 0;
    await returnSchedules(store, worker);
    removeProgress(store, worker);
    removePresence(store, worker);
    for (const settlement of ended) settled(settlement);
    // Whoever recovers may be no worker, or have no slot free.
    if (ended.length > 0) ring(store);
    const ids = (settlements: Settlement[]) => settlements.map(({ claim }) => claim.id);
    return { worker, finished: ids(finished), lost: ids(lost) };
  } finally {
    lock.release();
  }
}

/** The runs of a dead worker whose end nobody has written down. */
function unendedRuns(store: Store, worker: string): JobRun[] {
  const { names, lost } = begunSettling(store, worker);
  return [...lost, ...claimedRuns(store, worker, names)];
}

/** Settles each job by itself, so that one that the disk refuses does not hold up the others. */
async function settleEach(
  store: Store,
  unsettled: Settlement[],
  settled: (settlement: Settlement) => void,
): Promise<void> {
  let refusal: unknown;
  for (const settlement of unsettled.splice(0)) {
    try {
      await settle(store, [settlement]);
      settled(settlement);
    } catch (error) {
      refusal = error;
      unsettled.push(settlement);
    }
  }
  if (refusal) throw refusal;
}

/**
 * Workers without a presence file that still have jobs, schedules or files in tmp/: the file was
 * removed by hand or by a power cut.
 */
export function absentWorkers(store: Store): string[] {
  const owners = new Set<string>();
  for (const directory of ["processing", "tmp"] as const) {
    for (const { name } of store.files.list(pathIn(store, directory))) {
      const owner = parseMeantName(name)?.worker ?? parseEntryName(name)?.worker;
      if (owner !== undefined && WORKER_PATTERN.test(owner)) owners.add(owner);
    }
  }
  for (const { worker } of scheduleEntries(store)) if (worker) owners.add(worker);
  // The presence files are read last: a worker's file is there before its first job is.
  if (owners.size > 0) { for (const name of workerNames(store)) owners.delete(name); }
  return [...owners];
}
