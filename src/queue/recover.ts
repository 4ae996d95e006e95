/**
 * What happens to the jobs of a worker that died. Whoever holds the dead worker's lock finishes what it
 * had begun to settle, and charges each job that it was running one attempt.
 *
 * @module
 */

import { buryMalformed, type Claim, readClaimed } from "./claim.ts";
import { entries, type Entry, readEntry } from "./entries.ts";
import type { EntryKind } from "./file_port.ts";
import { type Attempt, chargedAttempts, type Job, parseJob } from "./job.ts";
import { bringLog, logName } from "./logs.ts";
import { type EntryName, freshIdLike, hostOf, parseEntryName } from "./names.ts";
import { lockDeadWorker, markDead, removePresence, workerNames } from "./presence.ts";
import { publishMeant, settle, type SettledState, type Settlement } from "./settle.ts";
import {
  flush,
  NEW_SUFFIX,
  pathIn,
  removeIfThere,
  removeTree,
  renameIfThere,
  type Store,
} from "./store.ts";

/** What recovering a worker came to. */
export interface Recovery {
  /** The dead worker. */
  worker: string;
  /** Jobs whose result it had written down; they are settled as it meant. */
  finished: string[];
  /** Jobs that it was running; each is charged an attempt with outcome `lost`. */
  lost: string[];
}

const MEANT = /^(.+\.json)@([a-z0-9-]+)\.(done|failed|dead|pending)$/s;

/** How old what lies in tmp/ without a lock must be to count as left behind, in milliseconds. */
const STRAY_AGE = 10_000;

/**
 * Recovers a worker if it is dead.
 *
 * @param worker The worker that may be dead.
 * @param by The worker that recovers it; its own lock must be held.
 * @param killSurvivors Ends what is left of the dead worker's processes; called before any of its
 * jobs is given out again.
 * @returns What was done, or `undefined` if the worker lives or another recovers it.
 */
export async function recover(
  store: Store,
  worker: string,
  by: string,
  killSurvivors: (worker: string) => Promise<void>,
): Promise<Recovery | undefined> {
  const lock = lockDeadWorker(store, worker);
  if (!lock) return undefined;
  try {
    await killSurvivors(worker);
    const recovery: Recovery = { worker, finished: [], lost: [] };
    await finishSettling(store, worker, recovery);
    takeBackUnwritten(store, worker);
    await chargeRunning(store, worker, by, recovery);
    removePresence(store, worker);
    return recovery;
  } finally {
    lock.release();
  }
}

/**
 * Recovers every worker that has died.
 *
 * @param self The worker that does it; its own lock must be held.
 * @param killSurvivors Ends what is left of a dead worker's processes on this machine.
 * @returns What was done for each.
 */
export async function recoverDeadWorkers(
  store: Store,
  self: string,
  killSurvivors: (worker: string) => Promise<void>,
): Promise<Recovery[]> {
  const present = workerNames(store).filter((name) => name !== self);
  const absent = absentWorkers(store).filter((name) => name !== self);
  for (const worker of absent) markDead(store, worker);
  const recoveries: Recovery[] = [];
  for (const worker of [...present, ...absent]) {
    const recovery = await recover(store, worker, self, async (name) => {
      if (hostOf(name) === hostOf(self)) await killSurvivors(name);
    });
    if (recovery) recoveries.push(recovery);
  }
  return recoveries;
}

/**
 * The workers that have no presence file though jobs of theirs lie in processing/ or tmp/: someone removed it
 * by hand, or a power cut did.
 */
export function absentWorkers(store: Store): string[] {
  const owners = new Set<string>();
  for (const directory of ["processing", "tmp"] as const) {
    for (const { name } of store.files.list(pathIn(store, directory))) {
      const owner = MEANT.exec(name)?.[2] ?? parseEntryName(name)?.worker;
      if (owner !== undefined && /^[a-z0-9-]+$/.test(owner)) owners.add(owner);
    }
  }
  // The presence files are read last: a worker's file is there before its first job is.
  if (owners.size > 0) { for (const name of workerNames(store)) owners.delete(name); }
  return [...owners];
}

/** Whether something in tmp/ is what a process that died was writing. */
export function isStray(store: Store, name: string, kind: EntryKind): boolean {
  if (!name.endsWith(NEW_SUFFIX) || kind === "other") return false;
  const path = pathIn(store, "tmp", name);
  const stat = store.files.stat(path);
  if (!stat || store.now() - stat.mtime < STRAY_AGE) return false;
  try {
    const lock = store.files.tryLock(path);
    lock?.release();
    return lock !== undefined;
  } catch {
    // Gone, or on a file system that does not lock directories: left alone, then.
    return false;
  }
}

/**
 * Removes from tmp/ what processes that died were writing: nobody has acknowledged it. Should one of them
 * only have been stopped for long, its rename fails, and it says so.
 */
export function removeStrays(store: Store): void {
  for (const { name, kind } of [...store.files.list(pathIn(store, "tmp"))]) {
    if (!isStray(store, name, kind)) continue;
    removeTree(store, pathIn(store, "tmp", name));
  }
}

/** Publishes what the worker had written down and no longer had a running copy of. */
async function finishSettling(store: Store, worker: string, recovery: Recovery): Promise<void> {
  const changed = new Set<SettledState>();
  for (const { name } of [...store.files.list(pathIn(store, "tmp"))]) {
    const match = MEANT.exec(name);
    if (match?.[2] !== worker) continue;
    const [, final, , state] = match as unknown as [string, string, string, SettledState];
    const id = parseEntryName(final)!.id;
    const path = pathIn(store, "tmp", name);
    const job = readMeant(store, path, id);
    const running = takenName(store, worker, id);
    if (!job) {
      // Torn. What it was to replace is still there, unless the flush was turned off.
      if (running) removeIfThere(store, path);
      else await buryTorn(store, name, id);
      continue;
    }
    await flush(store, [path, pathIn(store, "tmp")]);
    if (running) removeIfThere(store, pathIn(store, "tmp", running));
    publishMeant(store, name, id, final, state);
    changed.add(state);
    recovery.finished.push(id);
  }
  await flush(store, [...changed].map((state) => pathIn(store, state)));
}

function readMeant(store: Store, path: string, id: string): Job | undefined {
  try {
    return parseJob(store.files.read(path), id, store.config, store.now()).job;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The name in tmp/ under which the worker had taken a running job to settle it. */
function takenName(store: Store, worker: string, id: string): string | undefined {
  for (const { name } of store.files.list(pathIn(store, "tmp"))) {
    const entry = parseEntryName(name);
    if (entry?.worker === worker && entry.id === id) return name;
  }
}

async function buryTorn(store: Store, name: string, id: string): Promise<void> {
  const fresh = freshIdLike(id);
  const log = pathIn(store, "dead", logName(fresh));
  store.files.append(
    log,
    new TextEncoder().encode(`queuectl: what was recorded of job ${id} was cut off\n`),
  );
  renameIfThere(store, pathIn(store, "tmp", name), pathIn(store, "dead", `${fresh}.json`));
  await flush(store, [log, pathIn(store, "dead")]);
}

/** Puts back into processing/ what the worker had taken to settle and not written down. */
function takeBackUnwritten(store: Store, worker: string): void {
  for (const { name } of [...store.files.list(pathIn(store, "tmp"))]) {
    const entry = parseEntryName(name);
    if (entry?.worker !== worker) continue;
    const taken = pathIn(store, "tmp", name);
    if (isSettled(store, entry)) removeIfThere(store, taken);
    else renameIfThere(store, taken, pathIn(store, "processing", name));
  }
}

/** Charges each job that the worker was running, and settles it. */
async function chargeRunning(
  store: Store,
  worker: string,
  by: string,
  recovery: Recovery,
): Promise<void> {
  const settlements: Settlement[] = [];
  for (const { name } of [...store.files.list(pathIn(store, "processing"))]) {
    const entry = parseEntryName(name);
    if (entry?.worker !== worker) continue;
    const from = pathIn(store, "processing", name);
    // One rename makes it ours; from here on it is settled like any job of our own.
    const ours = name.replace(`@${worker}.json`, `@${by}.json`);
    if (!renameIfThere(store, from, pathIn(store, "processing", ours))) continue;
    const read = readClaimed(store, ours, entry.id);
    if (read.fault !== undefined) {
      await buryMalformed(store, ours, entry.id, read.fault, "processing");
      continue;
    }
    bringLog(store, entry.id, "failed", "processing");
    const claim = {
      id: entry.id,
      name: ours,
      time: entry.time,
      worker: by,
      job: read.job,
      logOffset: 0,
    };
    settlements.push(lostSettlement(store, claim, worker));
    recovery.lost.push(entry.id);
  }
  await settle(store, settlements);
}

function lostSettlement(store: Store, claim: Claim, worker: string): Settlement {
  const now = store.now();
  const { job } = claim;
  const attempts = chargedAttempts(job) + 1;
  const state = attempts > job.max_retries ? "dead" : "failed";
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
    log_end: store.files.stat(pathIn(store, "processing", logName(claim.id)))?.size ?? 0,
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

/**
 * Whether a job that lies in tmp/, taken to be settled, is the shadow of one that has been: a power
 * cut can bring back a name whose removal had not reached the disk. The settled file tells of
 * the attempt.
 */
function isSettled(store: Store, taken: EntryName): boolean {
  const tells = (entry: Entry) =>
    readEntry(store, entry)?.history.some((attempt) =>
      attempt.worker === taken.worker && Date.parse(attempt.started_at) >= taken.time
    ) ?? false;
  for (const state of ["done", "dead"] as const) {
    if (tells({ ...taken, state, path: `${taken.id}.json` })) return true;
  }
  for (const state of ["failed", "processing", "pending"] as const) {
    for (const entry of entries(store, state)) {
      if (entry.id === taken.id && !entry.path.startsWith("../") && tells(entry)) return true;
    }
  }
  return false;
}
