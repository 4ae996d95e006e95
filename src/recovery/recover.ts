/**
 * What happens to the jobs of a worker that died. Whoever holds the dead worker's lock finishes what it
 * had begun to settle, and charges each job that it was running one attempt.
 *
 * @module
 */

import { buryMalformed, type Claim, readClaimed } from "../moves/claim.ts";
import { readyTime } from "../constraints/dependencies.ts";
import { removeDoubledNames } from "./doubled_names.ts";
import type { JobRun } from "../process/survivors.ts";
import { ours, takeOverSettling, unwrittenRuns } from "./half_settled.ts";
import { type Attempt, chargedAttempts, type Job } from "../format/job.ts";
import { lostParent, unmarkChild } from "../constraints/dependencies.ts";
import { readJobFile } from "../contents/entries.ts";
import { findLog, logName, reuniteLogs } from "../contents/logs.ts";
import {
  type EntryName,
  hadHeldJob,
  HELD_TIME,
  hostOf,
  isEditor,
  parseEntryName,
  parseMeantName,
  waitingName,
  WORKER_PATTERN,
} from "../format/names.ts";
import { removeProgress } from "../contents/job_output_files.ts";
import { findPlaces, flushRemovals, hasGoneOn, isElsewhere } from "../contents/same_job.ts";
import { lockDeadWorker, markDead, removePresence, workerNames } from "../contents/presence.ts";
import { returnSchedules, scheduleEntries } from "../schedules/return_schedules.ts";
import { settle, type Settlement, unrunSettlement } from "../moves/settle.ts";
import { pathIn, removeIfThere, renameIfThere, type Store } from "../store/store.ts";

/** What recovering a worker came to. */
export interface Recovery {
  /** The dead worker. */
  worker: string;
  /** Jobs whose result it had written down; they are settled as it meant. */
  finished: string[];
  /** Jobs that it was running; each is charged an attempt with outcome `lost`. */
  lost: string[];
}

/**
 * Recovers a worker if it is dead.
 *
 * @param worker The worker that may be dead.
 * @param by The worker that recovers it; its own lock must be held.
 * @param killSurvivors Ends what is left of the processes of some runs of the dead worker; called before any of these
 * jobs is given out again. What other jobs of that worker left running is none of them.
 * @param unsettled Gets the jobs that are now the recovering worker's; those that are settled leave it.
 * @param settled Told of each job that has been settled.
 * @returns What was done, or `undefined` if the worker lives or another recovers it.
 */
export async function recover(
  store: Store,
  worker: string,
  by: string,
  killSurvivors: (worker: string, runs: JobRun[]) => Promise<void>,
  unsettled: Settlement[] = [],
  settled: (settlement: Settlement) => void = () => {},
): Promise<Recovery | undefined> {
  const lock = lockDeadWorker(store, worker);
  if (!lock) return undefined;
  try {
    await killSurvivors(worker, unendedRuns(store, worker));
    const before = unsettled.length;
    await takeOverSettling(store, worker, by, unsettled);
    const finished = unsettled.slice(before);
    await takeOverRunning(store, worker, by, unsettled);
    const isLost = ({ job }: Settlement) => job.history.at(-1)?.outcome === "lost";
    const lost = unsettled.slice(before + finished.length).filter(isLost);
    const ended = unsettled.slice(before);
    await settle(store, unsettled);
    unsettled.length = 0;
    await returnSchedules(store, worker);
    removeProgress(store, worker);
    removePresence(store, worker);
    for (const settlement of ended) settled(settlement);
    const ids = (settlements: Settlement[]) => settlements.map(({ claim }) => claim.id);
    return { worker, finished: ids(finished), lost: ids(lost) };
  } finally {
    lock.release();
  }
}

/**
 * Recovers every worker that has died.
 *
 * @param self The worker that does it; its own lock must be held.
 * @param killSurvivors Ends what is left on this machine of the processes of some runs of a dead worker.
 * @param unsettled What an earlier call took over and the disk refused to settle: it is tried again. To be
 * kept from call to call, for only this process knows of it while it lives.
 * @param settled Told of each job that has been settled.
 * @returns What was done for each.
 */
export async function recoverDeadWorkers(
  store: Store,
  self: string,
  killSurvivors: (worker: string, runs: JobRun[]) => Promise<void>,
  unsettled: Settlement[] = [],
  settled: (settlement: Settlement) => void = () => {},
): Promise<Recovery[]> {
  removeDoubledNames(store);
  await settleEach(store, unsettled, settled);
  const present = workerNames(store).filter((name) => name !== self);
  const absent = absentWorkers(store).filter((name) => name !== self);
  for (const worker of absent) markDead(store, worker);
  const recoveries: Recovery[] = [];
  for (const worker of [...present, ...absent]) {
    const kill = async (name: string, runs: JobRun[]) => {
      if (hostOf(name) === hostOf(self)) await killSurvivors(name, runs);
    };
    const recovery = await recover(store, worker, self, kill, unsettled, settled);
    if (recovery) recoveries.push(recovery);
  }
  reuniteLogs(store);
  return recoveries;
}

/** Settles each by itself, so that one that cannot be settled holds up no other. */
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
 * The workers that have no presence file though jobs or schedules are in their hands, or files of theirs are
 * left: someone removed it by hand, or a power cut did.
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

/** The runs of a dead worker of which nobody has written down how they ended. */
function unendedRuns(store: Store, worker: string): JobRun[] {
  if (isEditor(worker)) return [];
  const runs = unwrittenRuns(store, worker);
  for (const { name } of [...store.files.list(pathIn(store, "processing"))]) {
    const entry = parseEntryName(name);
    if (entry?.worker !== worker) continue;
    const path = pathIn(store, "processing", name);
    const stat = store.files.stat(path);
    const job = stat && readJobFile(store, path, stat, entry.id).job;
    runs.push({ id: entry.id, attempt: job && job.history.length + 1 });
  }
  return runs;
}

/** Takes over each job that the worker was running, charged one attempt. */
async function takeOverRunning(
  store: Store,
  worker: string,
  by: string,
  takenOver: Settlement[],
): Promise<void> {
  const names = [...store.files.list(pathIn(store, "processing"))].map(({ name }) => name)
    .filter((name) => parseEntryName(name)?.worker === worker);
  if (names.length === 0) return;
  const ids = new Set(names.map((name) => parseEntryName(name)!.id));
  const places = Map.groupBy(findPlaces(store, ids, true), ({ entry }) => entry.id);
  for (const name of names) {
    const entry = parseEntryName(name)!;
    let read: Awaited<ReturnType<typeof readClaimed>>;
    try {
      read = await readClaimed(store, name, entry.id);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      throw error;
    }
    if (read.fault !== undefined) {
      await buryMalformed(store, name, entry.id, read.fault, "processing");
      continue;
    }
    const { job } = read;
    const settling = takenOver.filter(({ claim }) => claim.id === entry.id);
    const changed = new Set<string>();
    if (
      settling.some((settlement) => hasGoneOn(settlement.job, job)) ||
      isElsewhere(store, name, job, places.get(entry.id) ?? [], changed)
    ) {
      removeIfThere(store, pathIn(store, "processing", name));
      continue;
    }
    await flushRemovals(store, changed);
    // A dropped file that is not due is claimed for a moment, to be given the name that says so.
    const isEarly = job.history.length === 0 && Date.parse(job.run_at) > entry.time;
    if (isEditor(worker) || isEarly) {
      // It was about to be changed, and never ran: it goes back as it was.
      const time = hadHeldJob(worker) ? HELD_TIME : readyTime(store, job);
      const waiting = waitingName(time, job.priority, entry.id);
      renameIfThere(store, pathIn(store, "processing", name), pathIn(store, "pending", waiting));
      continue;
    }
    const { id, time } = entry;
    // One that was claimed only to die of what it came after has run no more than that.
    const reason = job.history.length === 0 ? lostParent(store, job) : undefined;
    if (reason === undefined && !mayHaveBegun(store, job)) {
      putBackUnbegun(store, name, entry, job);
      continue;
    }
    const claim = { id, name: ours(name, worker, by), time, worker: by, job, logOffset: 0 };
    const settlement = reason === undefined
      ? lostSettlement(store, claim, worker)
      : unrunSettlement(claim, store.now(), reason);
    // One rename makes it ours; from here on it is settled like any job of our own.
    const from = pathIn(store, "processing", name);
    if (renameIfThere(store, from, pathIn(store, "processing", claim.name))) {
      // The worker may have died before it could: a job that was claimed waits for none any more.
      unmarkChild(store, job);
      takenOver.push(settlement);
    }
  }
}

/**
 * Whether the command of a claimed job may have been started: it makes its log, or has an earlier one brought, before
 * anything of it runs. So a worker that is killed between claim and start charges nothing. A power cut can take the
 * log, or what tells of the claim, from a job that did run; then that attempt goes uncharged.
 */
function mayHaveBegun(store: Store, { id, history }: Job): boolean {
  if (store.files.exists(pathIn(store, "processing", logName(id)))) return true;
  // That of a job which never ran before may have gone with another job of its ID that was settled.
  return history.length === 0 && findLog(store, id, "processing") !== undefined;
}

/** Puts a job back that was claimed and never begun: it is ready since, or a little later if another has its name. */
function putBackUnbegun(store: Store, name: string, entry: EntryName, job: Job): void {
  const { id, priority } = entry;
  const state = job.history.at(-1)?.led_to === "failed" ? "failed" : "pending";
  const from = pathIn(store, "processing", name);
  for (let ready = entry.time;; ready++) {
    try {
      store.files.renameNew(from, pathIn(store, state, waitingName(ready, priority, id)));
      return;
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) continue;
      if (error instanceof Deno.errors.NotFound) return;
      throw error;
    }
  }
}

function lostSettlement(store: Store, claim: Claim, worker: string): Settlement {
  const now = store.now();
  const { job } = claim;
  const attempts = chargedAttempts(job) + 1;
  const state = attempts > job.max_retries ? "dead" : "failed";
  const log = findLog(store, claim.id, "processing");
  const attempt: Attempt = {
    attempt: job.history.length + 1,
    worker,
    started_at: new Date(claim.time).toISOString(),
    finished_at: new Date(now).toISOString(),
    duration_ms: Math.max(0, now - claim.time),
    exit_code: null,
    signal: null,
    outcome: "lost",
    log_offset: job.history.at(-1)?.log_end ?? 0,
    led_to: state,
    log_end: log === undefined ? 0 : store.files.stat(log)?.size ?? 0,
  };
  return {
    claim,
    // The command is not to blame, so the retry waits for no backoff.
    job: {
      ...job,
      attempts,
      run_at: new Date(now).toISOString(),
      updated_at: new Date(now).toISOString(),
      history: [...job.history, attempt],
    },
    state,
    readyAt: now,
  };
}
