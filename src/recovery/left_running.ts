/**
 * What a dead worker was running. Its lock must be held.
 *
 * @module
 */

import { lostParent, readyTime, unmarkChild } from "../constraints/dependencies.ts";
import { readJobFile } from "../contents/entries.ts";
import { isHollow } from "../contents/brought_back.ts";
import { findLog, logName } from "../contents/logs.ts";
import { findPlaces, flushRemovals, hasGoneOn, isElsewhere } from "../contents/same_job.ts";
import { type Attempt, forgetLastEnd, type Job } from "../format/job.ts";
import {
  type EntryName,
  HELD_TIME,
  type JobState,
  parseEntryName,
  waitingName,
} from "../format/names.ts";
import { hadHeldJob, isEditor } from "../format/worker_names.ts";
import { buryMalformed, type Claim, readClaimed } from "../moves/claim.ts";
import { putBackReady } from "../moves/put_back.ts";
import { type Settlement, unrunSettlement } from "../moves/settle.ts";
import type { JobRun } from "../process/survivors.ts";
import { pathIn, removeIfThere, renameBack, renameIfThere, type Store } from "../store/store.ts";
import { detachLog } from "./detach_log.ts";
import { ours } from "./half_settled.ts";

/**
 * The runs of a dead worker that it had claimed: nobody has written down how they ended.
 *
 * @param settling The names of those that it had begun to settle, which are left out.
 */
export function claimedRuns(store: Store, worker: string, settling: readonly string[]): JobRun[] {
  const running = claimedBy(store, worker).filter(({ name }) => !settling.includes(name));
  return running.map(({ name, entry: { id } }) => {
    const path = pathIn(store, "processing", name);
    const stat = store.files.stat(path);
    const job = stat && readJobFile(store, path, stat, id).job;
    return { id, attempt: job && job.history.length + 1 };
  });
}

/** The jobs in processing/ that a worker claimed. */
export function claimedBy(
  store: Store,
  worker: string,
): { name: string; entry: EntryName }[] {
  return [...store.files.list(pathIn(store, "processing"))].flatMap(({ name }) => {
    const entry = parseEntryName(name);
    return entry?.worker === worker ? [{ name, entry }] : [];
  });
}

/**
 * Takes over each job that the worker was running, charged one attempt; puts back each that had not
 * begun.
 */
export async function takeOverRunning(
  store: Store,
  worker: string,
  by: string,
  takenOver: Settlement[],
): Promise<void> {
  const claimed = claimedBy(store, worker);
  if (claimed.length === 0) return;
  const ids = new Set(claimed.map(({ entry }) => entry.id));
  // A result that the worker has written since its others were taken over says that it lives: it
  // drops it once its job is taken.
  const found = findPlaces(store, ids, true).filter(({ entry }) =>
    entry.worker !== worker || !entry.path.startsWith("../")
  );
  const places = Map.groupBy(found, ({ entry }) => entry.id);
  for (const { name, entry } of claimed) {
    const { id, time } = entry;
    const path = pathIn(store, "processing", name);
    let read: Awaited<ReturnType<typeof readClaimed>>;
    try {
      read = await readClaimed(store, name, id);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      throw error;
    }
    if (read.fault !== undefined) {
      if (isHollow(store, name, id)) removeIfThere(store, path);
      else await buryMalformed(store, name, id, read.fault, "processing");
      continue;
    }
    const { job } = read;
    const settling = takenOver.filter(({ claim }) => claim.id === id);
    const changed = new Set<string>();
    if (
      settling.some((settlement) => hasGoneOn(settlement.job, job)) ||
      isElsewhere(store, name, job, places.get(id) ?? [], changed)
    ) {
      removeIfThere(store, path);
      continue;
    }
    await flushRemovals(store, changed);
    // A worker claims a dropped file that is not due for a moment, to give it the name that says
    // so.
    const isEarly = job.history.length === 0 && Date.parse(job.run_at) > time;
    if (isEditor(worker) || isEarly) {
      // It never ran, so it goes back as it was.
      const ready = hadHeldJob(worker) ? HELD_TIME : readyTime(store, job);
      const name = waitingName(ready, job.priority, id, job);
      renameBack(store, path, pathIn(store, "pending", name));
      continue;
    }
    // A job that failed because its parent died never ran, so it is not charged.
    const reason = job.history.length === 0 ? lostParent(store, job) : undefined;
    if (reason === undefined && !mayHaveBegun(store, job)) {
      putBackUnbegun(store, path, entry, job);
      continue;
    }
    forgetLastEnd(job);
    const claim = { id, name: ours(name, worker, by), time, worker: by, job, logOffset: 0 };
    const settlement = reason === undefined
      ? lostSettlement(store, claim, worker)
      : unrunSettlement(claim, store.now(), reason);
    // This rename makes the job ours; from here on it is settled like any job of our own.
    if (renameIfThere(store, path, pathIn(store, "processing", claim.name))) {
      // The worker may have died before it removed them.
      unmarkChild(store, job);
      takenOver.push(settlement);
      await detachLog(store, settlement);
    }
  }
}

/**
 * Whether the command of a claimed job may have started: its log lies in processing/, or that of a
 * first run in done/, before anything of it runs. A power cut can take that log from a job that did
 * run; then that attempt is not charged.
 */
export function mayHaveBegun(store: Store, { id, history }: Job): boolean {
  const places = history.length === 0 ? ["processing", "done"] as const : ["processing"] as const;
  const isIn = (state: JobState) => store.files.exists(pathIn(store, state, logName(id)), "fresh");
  if (places.some(isIn)) return true;
  // The log of a job's first run may have gone with another job of its ID that was settled.
  return history.length === 0 && findLog(store, id, "processing") !== undefined;
}

/**
 * Puts back a job that was claimed and never begun: ready since its claim, but not later than now,
 * as the claimer's clock may be ahead; or a little later if that name is taken.
 */
export function putBackUnbegun(
  store: Store,
  path: string,
  entry: EntryName,
  job: Job,
): void {
  const state = job.history.at(-1)?.led_to === "failed" ? "failed" : "pending";
  const time = Math.min(entry.time, store.now());
  putBackReady(store, path, state, { ...entry, time }, job);
}

/**
 * How a job is to be settled whose attempt is lost.
 *
 * @param worker Whose attempt it was.
 */
export function lostSettlement(store: Store, claim: Claim, worker: string): Settlement {
  const now = store.now();
  const time = new Date(now).toISOString();
  const { job } = claim;
  const attempts = job.attempts + 1;
  const state = attempts > job.max_retries ? "dead" : "failed";
  const log = findLog(store, claim.id, "processing", "fresh");
  const attempt: Attempt = {
    attempt: job.history.length + 1,
    worker,
    started_at: new Date(claim.time).toISOString(),
    finished_at: time,
    duration_ms: Math.max(0, now - claim.time),
    exit_code: null,
    signal: null,
    outcome: "lost",
    log_offset: job.history.at(-1)?.log_end ?? 0,
    led_to: state,
    log_end: log === undefined ? 0 : store.files.stat(log, "fresh")?.size ?? 0,
  };
  const history = [...job.history, attempt];
  // The command is not to blame, so the retry waits for no backoff.
  return {
    claim,
    job: { ...job, attempts, run_at: time, updated_at: time, history },
    state,
    readyAt: now,
  };
}
