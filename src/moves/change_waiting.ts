/**
 * The moves that change a waiting job. To hold or release is a rename. A change of its content
 * takes the job first, as a worker does, under a presence of its own: if it dies half way, the next
 * worker puts the job back as it was.
 *
 * @module
 */

import { type Claim, claim, type WaitingEntry } from "./claim.ts";
import {
  markChildren,
  parentsOf,
  readyTime,
  releaseIfReady,
  unmarkChild,
} from "../constraints/dependencies.ts";
import { dropEmptyBatch, holdsJobs, nameOf, readEntry } from "../contents/entries.ts";
import { NotDurableError, QueueError, reasonWithin } from "../text/errors.ts";
import type { Job } from "../format/job.ts";
import { leftByWaiting } from "../contents/left_directories.ts";
import { AFTER_TIME, HELD_TIME, startsAtOnce, waitingName } from "../format/names.ts";
import { arriveAsEditor, type Presence } from "../contents/presence.ts";
import { settle, type Settlement } from "./settle.ts";
import { ring } from "../store/ring.ts";
import { flush, flushChange, pathIn, renameIfThere, type Store } from "../store/store.ts";

/**
 * Holds or releases a waiting job.
 *
 * @param entry The job, in pending/ or failed/.
 * @returns Whether the job was still there.
 */
export async function setHeld(store: Store, entry: WaitingEntry, held: boolean): Promise<boolean> {
  // Another machine may have edited it, which left its name the same.
  if (!store.files.exists(pathIn(store, entry.state, entry.path), "fresh")) return false;
  // Not read as bare: the priority must be the file's.
  const job = readEntry(store, { ...entry, bare: false });
  if (!job) return false;
  if (job.malformed !== undefined) {
    throw new QueueError(`${entry.id} is not a job: ${job.malformed} (see: queuectl doctor)`);
  }
  if (held && isReadyEarlier(entry, job)) {
    const run_at = new Date(entry.time).toISOString();
    return await changeWaiting(store, entry, (job) => ({
      job: { ...job, run_at },
      readyAt: HELD_TIME,
    }));
  }
  const time = held ? HELD_TIME : readyTime(store, job);
  const name = waitingName(time, entry.bare ? job.priority : entry.priority, entry.id, job);
  const from = pathIn(store, entry.state, entry.path);
  if (!renameIfThere(store, from, pathIn(store, entry.state, name))) return false;
  dropEmptyBatch(store, entry);
  // The last job that it waits for may have ended after we looked, when this name was not there
  // yet.
  if (time === AFTER_TIME) releaseIfReady(store, entry.id);
  if (!held) ring(store);
  const change = `job ${entry.id} was ${held ? "held" : "released"}`;
  await flush(store, leftByWaiting(store));
  await flushChange(store, [pathIn(store, entry.state)], change);
  return true;
}

/**
 * Whether a job's name has an earlier time than its file, after a retry: the file must get it
 * before the name goes.
 */
function isReadyEarlier(entry: WaitingEntry, job: Job): boolean {
  return entry.state === "pending" && !entry.bare && !startsAtOnce(entry.time) &&
    entry.time < HELD_TIME && entry.time < Date.parse(job.run_at);
}

/** A change to a job: its new content and when it is ready, or its content in dead/. */
export type Change = { job: Job; readyAt: number } | { dead: Job };

/**
 * Changes a waiting job's content.
 *
 * @param entry The job, in pending/ or failed/.
 * @param change Makes the new content from the old; nobody else can take the job meanwhile. If it
 * throws, the job goes back as it was.
 * @returns Whether the job was still there.
 */
export async function changeWaiting(
  store: Store,
  entry: WaitingEntry,
  change: (job: Job) => Change | Promise<Change>,
): Promise<boolean> {
  // Another machine may have edited it, which left its name the same.
  if (!store.files.exists(pathIn(store, entry.state, entry.path), "fresh")) return false;
  const presence = arriveAsEditor(store, entry.time === HELD_TIME);
  let isOver = false;
  try {
    // Not claimed as bare: that might only give it another name.
    const result = await claim(store, { ...entry, bare: false }, presence.name, "to change it");
    dropEmptyBatch(store, entry);
    if (result.kind === "malformed") {
      throw new QueueError(`${result.id} is not a job: ${result.reason}; moved it to dead/`);
    }
    if (result.kind !== "claimed") return false;
    const { job } = result.claim;
    const settlement = await changed(store, result.claim, entry, change);
    await settleOrPutBack(store, settlement, entry);
    // Only now: if this program had died, the job would wait for these parents again.
    const left = settlement.state === "dead" ? [] : parentsOf(settlement.job);
    unmarkChild(store, job, parentsOf(job).filter((id) => !left.includes(id)));
    // A job that it waits for may have ended meanwhile, when this name was not there yet.
    if (settlement.readyAt === AFTER_TIME && releaseIfReady(store, entry.id)) {
      await flush(store, [pathIn(store, "pending")]);
    }
    ring(store);
    isOver = true;
    return true;
  } finally {
    depart(store, presence, isOver);
  }
}

/**
 * Leaves; abandons the presence if the disk kept the job in our hands, so that others recover it.
 */
function depart(store: Store, presence: Presence, isOver: boolean): void {
  try {
    if (isOver || !holdsJobs(store, presence.name)) return presence.leave();
  } catch {
    // The presence could not be removed.
  }
  presence.abandon();
}

/**
 * Settles a changed job. If the disk fails twice the job goes back as it was, unless it has its new
 * content already.
 *
 * @throws {QueueError} If it went back.
 */
async function settleOrPutBack(
  store: Store,
  settlement: Settlement,
  entry: WaitingEntry,
): Promise<void> {
  try {
    await settle(store, [settlement]);
  } catch {
    try {
      await settle(store, [settlement]);
    } catch (error) {
      if (settlement.progress === "doubted") {
        throw new NotDurableError(`job ${entry.id} was changed`, [pathIn(store, settlement.state)]);
      }
      if (settlement.progress !== undefined) throw error;
      const back = pathIn(store, entry.state, nameOf(entry.path));
      renameIfThere(store, pathIn(store, "processing", settlement.claim.name), back);
      throw new QueueError(`cannot change job ${entry.id}: ${reasonWithin(error)}`);
    }
  }
}

/** The settlement of a claimed job with its change applied. */
async function changed(
  store: Store,
  taken: Claim,
  entry: WaitingEntry,
  change: (job: Job) => Change | Promise<Change>,
): Promise<Settlement> {
  const back = (job: Job, readyAt: number): Settlement => ({
    claim: taken,
    job: { ...job, updated_at: new Date(store.now()).toISOString() },
    state: entry.state,
    readyAt: otherTime(store, entry, readyAt),
  });
  try {
    const result = await change(taken.job);
    if ("job" in result) {
      if (parentsOf(result.job).some((id) => !parentsOf(taken.job).includes(id))) {
        await markChildren(store, [result.job]);
      }
      return back(result.job, result.readyAt);
    }
    const job = { ...result.dead, updated_at: new Date(store.now()).toISOString() };
    return { claim: taken, job, state: "dead" };
  } catch (error) {
    const asItWas = back(taken.job, entry.bare ? store.now() : entry.time);
    await settleOrPutBack(store, asItWas, entry);
    throw error;
  }
}

/**
 * The time for the name of a changed job. A machine that remembers a name claims the file that it
 * led to, so where others share the file system the job gets another name, a millisecond later.
 */
function otherTime(store: Store, entry: WaitingEntry, readyAt: number): number {
  const isSame = readyAt === entry.time && readyAt < HELD_TIME;
  return isSame && !store.files.isLocal(store.dir) ? readyAt + 1 : readyAt;
}

/** Cancels a waiting job: it goes to dead/, with an attempt that never ran. */
export async function cancelWaiting(store: Store, entry: WaitingEntry): Promise<boolean> {
  return await changeWaiting(store, entry, (job) => {
    const now = new Date(store.now()).toISOString();
    const attempt = {
      attempt: job.history.length + 1,
      worker: "",
      started_at: now,
      finished_at: now,
      duration_ms: 0,
      exit_code: null,
      signal: null,
      outcome: "cancelled",
      log_offset: job.history.at(-1)?.log_end ?? 0,
      led_to: "dead",
      reason: "cancelled before it ran",
    } as const;
    return { dead: { ...job, history: [...job.history, attempt] } };
  });
}
