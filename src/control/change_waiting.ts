/**
 * What people do to jobs that wait: hold them, let them go, change them, call them off. Holding and letting go
 * is a rename. What changes a job's content takes the job first, as a worker does, under a presence of its
 * own: should it die half way, the next worker puts the job back as it was.
 *
 * @module
 */

import { type Claim, claim, type WaitingEntry } from "../moves/claim.ts";
import {
  markChildren,
  parentsOf,
  readyTime,
  releaseIfReady,
  unmarkChild,
} from "../constraints/dependencies.ts";
import { holdsJobs, nameOf, readEntry } from "../contents/entries.ts";
import { NotDurableError, QueueError, reasonWithin } from "../text/errors.ts";
import type { Job } from "../format/job.ts";
import { leftByWaiting } from "../contents/left_directories.ts";
import { AFTER_TIME, HELD_TIME, waitingName } from "../format/names.ts";
import { arriveAsEditor, type Presence } from "../contents/presence.ts";
import { settle, type Settlement } from "../moves/settle.ts";
import {
  flush,
  flushChange,
  pathIn,
  removeIfThere,
  renameIfThere,
  type Store,
} from "../store/store.ts";

/**
 * Holds a waiting job, or lets it go.
 *
 * @param entry The job, in pending/ or failed/.
 * @param held Whether it is to wait until someone lets it go.
 * @returns Whether the job was still there; `false` if it has moved on.
 */
export async function setHeld(store: Store, entry: WaitingEntry, held: boolean): Promise<boolean> {
  // As a stamped name, so that the priority is the one that the file says.
  const job = readEntry(store, { ...entry, bare: false });
  if (!job) return false;
  if (job.malformed !== undefined) {
    throw new QueueError(`${entry.id} is not a job: ${job.malformed}`);
  }
  if (held && isReadyEarlier(entry, job)) {
    const run_at = new Date(entry.time).toISOString();
    return await changeWaiting(store, entry, (job) => ({
      job: { ...job, run_at },
      readyAt: HELD_TIME,
    }));
  }
  const time = held ? HELD_TIME : readyTime(store, job);
  const name = waitingName(time, entry.bare ? job.priority : entry.priority, entry.id);
  const from = pathIn(store, entry.state, entry.path);
  if (!renameIfThere(store, from, pathIn(store, entry.state, name))) return false;
  dropEmptyBatch(store, entry);
  // The last of those that it waits for may have ended after we looked, and not found it.
  if (time === AFTER_TIME) releaseIfReady(store, entry.id);
  const change = `job ${entry.id} was ${held ? "held" : "released"}`;
  await flush(store, leftByWaiting(store));
  await flushChange(store, [pathIn(store, entry.state)], change);
  return true;
}

/**
 * Whether a job's name says that it is ready earlier than its file does: somebody had it retried. The name is about
 * to go, so the file must be told.
 */
function isReadyEarlier(entry: WaitingEntry, job: Job): boolean {
  return entry.state === "pending" && !entry.bare && entry.time < HELD_TIME &&
    entry.time < Date.parse(job.run_at);
}

/** A change to a job: its new content and when it is ready, or that it is dead. */
export type Change = { job: Job; readyAt: number } | { dead: Job };

/**
 * Changes a waiting job's content.
 *
 * @param entry The job, in pending/ or failed/.
 * @param change Makes the new content of the old; nobody else can take the job meanwhile. If it throws, the
 * job goes back as it was.
 * @returns Whether the job was still there; `false` if it has moved on.
 */
export async function changeWaiting(
  store: Store,
  entry: WaitingEntry,
  change: (job: Job) => Change | Promise<Change>,
): Promise<boolean> {
  const presence = arriveAsEditor(store, entry.time === HELD_TIME);
  let isOver = false;
  try {
    // As a stamped name: a bare one might be put under another name instead of being taken.
    const result = await claim(store, { ...entry, bare: false }, presence.name, "to change it");
    dropEmptyBatch(store, entry);
    if (result.kind === "malformed") {
      throw new QueueError(`${result.id} is not a job: ${result.reason}; it lies in dead/ now`);
    }
    if (result.kind !== "claimed") return false;
    const settlement = await changed(store, result.claim, entry, change);
    await settleOrPutBack(store, settlement, entry);
    // Not before: should this program die, the job goes back to waiting for them.
    const left = parentsOf(
      settlement.state === "dead" ? { ...settlement.job, after: [] } : settlement.job,
    );
    unmarkChild(
      store,
      result.claim.job,
      parentsOf(result.claim.job).filter((id) => !left.includes(id)),
    );
    // One that it waits for may have ended meanwhile, and not found it.
    if (settlement.readyAt === AFTER_TIME && releaseIfReady(store, entry.id)) {
      await flush(store, [pathIn(store, "pending")]);
    }
    isOver = true;
    return true;
  } finally {
    depart(store, presence, isOver);
  }
}

/** Leaves, unless the disk has left the job in our hands: who finds it there and nobody alive puts it right. */
function depart(store: Store, presence: Presence, isOver: boolean): void {
  try {
    if (isOver || !holdsJobs(store, presence.name)) return presence.leave();
  } catch {
    // Nor does a presence that could not be removed keep anybody from the job.
  }
  presence.abandon();
}

/**
 * Settles a job that was changed. A disk that fails is asked a second time; if it fails again the job goes back as it
 * was, unless it has its new content already.
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
      throw new QueueError(`job ${entry.id} was left as it was: ${reasonWithin(error)}`);
    }
  }
}

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
    readyAt,
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

/** Calls off a job that waits: it goes to dead/, with an attempt that never ran. */
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
    // Why it was dead before somebody had it run again.
    const { reason: _reason, ...rest } = job as Job;
    return { dead: { ...rest, history: [...job.history, attempt] } as Job };
  });
}

function dropEmptyBatch(store: Store, entry: WaitingEntry): void {
  const slash = entry.path.indexOf("/");
  if (slash < 0) return;
  try {
    removeIfThere(store, pathIn(store, entry.state, entry.path.slice(0, slash)));
  } catch {
    // There are jobs left in it.
  }
}
