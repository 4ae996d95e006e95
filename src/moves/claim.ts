/**
 * The move from waiting to running. The rename decides which worker has the job; its only owner
 * does everything after it.
 *
 * @module
 */

import { basename } from "@std/path/posix/basename";
import { dirname } from "@std/path/posix/dirname";
import { lostParent, stillWaits, unmarkChild, waitAgain } from "../constraints/dependencies.ts";
import { endOf, entries, fileFault, nameOf, readingFault } from "../contents/entries.ts";
import { inputFault, shareInput } from "../contents/inputs.ts";
import { forgetLastEnd, type Job } from "../format/job.ts";
import { leftByWaiting } from "../contents/left_directories.ts";
import { logName, ownLine } from "../contents/logs.ts";
import { freshIdLike } from "../format/ids.ts";
import {
  claimedName,
  type EntryName,
  ID_PATTERN,
  type JobState,
  waitingName,
} from "../format/names.ts";
import { mayRunAt, type Whereabouts, whereOf } from "../format/placement.ts";
import { parseJob } from "../format/parse_job.ts";
import { isAnothers, isHollow } from "../contents/brought_back.ts";
import { endLinking, swapFault, wasBroughtBack } from "../contents/same_job.ts";
import {
  flush,
  ifFree,
  pathIn,
  removeIfThere,
  renameIfThere,
  renameUnblocked,
  type Store,
} from "../store/store.ts";
import { putBackReady } from "./put_back.ts";

/** A waiting job, known by its name alone: choosing it needs no look at its file. */
export interface WaitingEntry extends EntryName {
  /** Where it lies. */
  state: "pending" | "failed";
  /** Its path below that directory: `NAME`, or `BATCH/NAME`. */
  path: string;
}

/** A job in processing/ that this worker owns. */
export interface Claim {
  /** The job's ID. */
  id: string;
  /** Its name in processing/. */
  name: string;
  /** When it was claimed, in milliseconds since 1970. */
  time: number;
  /** The worker that owns it. */
  worker: string;
  /** The job as its file has it, without its last end if it was requeued. */
  job: Job;
  /** The directory that it was claimed from; `undefined` if another worker claimed it. */
  cameFrom?: string;
  /** The size of its log so far, if known: where the output of this attempt begins. */
  logOffset: number;
  /** Where to look for its log first, if it may have one from before: see take_log.ts. */
  logFrom?: JobState;
  /** Where the log of this attempt lies, if not in processing/. */
  logIn?: "done";
}

/**
 * The result of a try to claim a waiting entry. `fetched` says whether the file of a claimed one
 * was not in memory and had to be fetched from the disk.
 */
export type ClaimResult =
  | { kind: "claimed"; claim: Claim }
  /** Another was first, or it was removed. Normal. */
  | { kind: "gone" }
  /** Its name did not say its time or priority, or that it may not run here: renamed so. */
  | { kind: "renamed" }
  /** It must not run, as a parent is dead or its input is missing. To be settled as dead. */
  | { kind: "hopeless"; claim: Claim; reason: string }
  /** Malformed. It lies in dead/ as it was, the reason in its log. */
  | { kind: "malformed"; id: string; reason: string };

/**
 * Claims a waiting entry for a worker.
 *
 * @param entry What the worker found.
 * @param worker The worker's name; its lock must be held. It must own no job of this ID.
 * @param purpose To be changed, a job need not be due, and is not checked for parents or input.
 * @param here Where the worker is. Default: where every job may run.
 * @returns Only `claimed` leaves a file in processing/.
 */
export async function claim(
  store: Store,
  entry: WaitingEntry,
  worker: string,
  purpose: "to run it" | "to change it" = "to run it",
  here?: Whereabouts,
): Promise<ClaimResult> {
  const time = store.now();
  const id = claimableId(store, entry);
  // First: the recovery of this worker finds the job under its new ID alone.
  using _shared = id === entry.id ? undefined : await shareInput(store, entry.id, id);
  const name = claimedName(time, entry.priority, id, worker);
  const from = pathIn(store, entry.state, entry.path);
  if (!await renameUnblocked(store, from, pathIn(store, "processing", name))) {
    return { kind: "gone" };
  }
  try {
    const cameFrom = dirname(from);
    return await examine(store, entry, { id, name, time, worker, cameFrom }, purpose, here);
  } catch (error) {
    // A file that cannot be read now must not stay with a worker that does not run it.
    const back = pathIn(store, entry.state, basename(entry.path));
    const isThere = renameIfThere(store, pathIn(store, "processing", name), back);
    if (!isThere && error instanceof Deno.errors.NotFound) return { kind: "gone" };
    throw error;
  }
}

/** Reads the claimed file, and decides what becomes of it. */
async function examine(
  store: Store,
  entry: WaitingEntry,
  taken: Omit<Claim, "job" | "logOffset">,
  purpose: "to run it" | "to change it",
  here: Whereabouts | undefined,
): Promise<ClaimResult> {
  const { id, name, time } = taken;
  const read = await readClaimed(store, name, id);
  const nameFault = entry.id !== id && !ID_PATTERN.test(entry.id)
    ? `its name, ${JSON.stringify(nameOf(entry.path))}, is not the ID of a job ` +
      "(1 to 64 letters, digits, - or _)"
    : undefined;
  const reason = nameFault ?? read.fault ?? (entry.bare ? undefined : swapFault(store, id, read));
  if (reason !== undefined) {
    if (!entry.bare && isHollow(store, name, id)) {
      removeIfThere(store, pathIn(store, "processing", name));
      return { kind: "gone" };
    }
    const buried = await buryMalformed(store, name, id, reason, entry.state);
    return { kind: "malformed", id: buried, reason };
  }
  const job = read.job!;
  if (await wasBroughtBack(store, entry, name, job)) {
    removeIfThere(store, pathIn(store, "processing", name));
    return { kind: "gone" };
  }

  // Who runs it asks by its log.
  const isChanged = purpose === "to change it" && !store.files.isLocal(store.dir);
  if (isChanged && isAnothers(store, name, job)) {
    putBackReady(store, pathIn(store, "processing", name), entry.state, entry, job);
    return { kind: "gone" };
  }
  const isElsewhere = !mayRunAt(whereOf(job), here);
  if (entry.bare) {
    if (isElsewhere || Date.parse(job.run_at) > time || job.priority !== entry.priority) {
      await putUnderRightName(store, name, id, job);
      return { kind: "renamed" };
    }
  } else if (isElsewhere) {
    putBackReady(store, pathIn(store, "processing", name), entry.state, entry, job);
    return { kind: "renamed" };
  }

  const claimed: Claim = { ...taken, job, logOffset: job.history.at(-1)?.log_end ?? 0 };
  // A job that never ran and never ended has no log, and is not asked for one.
  if (job.history.length > 0 || job.reason !== undefined || entry.bare) {
    claimed.logFrom = entry.id === id ? entry.state : "processing";
  }
  forgetLastEnd(job);
  // A job that has run is not checked again: its parents may be long gone.
  const hasRun = job.attempts > 0 && job.history.some((attempt) => attempt.outcome !== "lost");
  if (job.after?.length && !hasRun && purpose === "to run it") {
    const reason = lostParent(store, job);
    if (reason !== undefined) {
      unmarkChild(store, job);
      return { kind: "hopeless", claim: claimed, reason };
    }
    if (stillWaits(store, job)) {
      await waitAgain(store, job, pathIn(store, "processing", name));
      return { kind: "renamed" };
    }
    unmarkChild(store, job);
  }
  if (job.stdin === true && purpose === "to run it") {
    const reason = inputFault(store, id);
    if (reason !== undefined) return { kind: "hopeless", claim: claimed, reason };
  }
  return { kind: "claimed", claim: claimed };
}

/** Gives a claimed file a name in pending/ that says its time and priority. */
async function putUnderRightName(store: Store, name: string, id: string, job: Job): Promise<void> {
  const from = pathIn(store, "processing", name);
  const to = pathIn(store, "pending", waitingName(Date.parse(job.run_at), job.priority, id, job));
  if (ifFree(() => store.files.renameNew(from, to))) return;
  const fresh = freshIdLike(id);
  using _shared = await shareInput(store, id, fresh);
  await putUnderRightName(store, name, fresh, job);
}

/**
 * The ID under which an entry is claimed: its own, unless its name was made by hand and is no ID,
 * or is that of another job that runs or has run. No job ever takes the place of another.
 */
function claimableId(store: Store, entry: WaitingEntry): string {
  if (!ID_PATTERN.test(entry.id)) return freshIdLike(entry.id);
  if (!entry.bare) return entry.id;
  const isTaken = endOf(store, entry.id) !== undefined || waitsElsewhere(store, entry) ||
    entries(store, "processing").some(({ id }) => id === entry.id);
  return isTaken ? freshIdLike(entry.id) : entry.id;
}

/** Whether another job of this ID waits that has run, so that the log is its own. */
function waitsElsewhere(store: Store, { id, path }: WaitingEntry): boolean {
  return (["pending", "failed"] as const).some((state) => {
    // The names, perhaps a million, are read only where there is such a log.
    if (!store.files.exists(pathIn(store, state, logName(id)), "fresh")) return false;
    return entries(store, state).some((other) => other.id === id && other.path !== path);
  });
}

/**
 * Reads a claimed file. Follows no link, and does not block the worker where the file has to be
 * fetched from the disk.
 *
 * @throws {Deno.errors.NotFound} If it was taken away.
 */
export async function readClaimed(
  store: Store,
  name: string,
  id: string,
): Promise<ReturnType<typeof parseJob>> {
  const path = pathIn(store, "processing", name);
  const stat = store.files.stat(path);
  if (!stat) throw new Deno.errors.NotFound(`${path} was taken away`);
  const fault = fileFault(store, stat);
  if (fault) return { fault };
  try {
    return parseJob(await store.files.readUnblocked(path), id, store.config, stat.mtime);
  } catch (error) {
    return { fault: readingFault(store, stat, error) };
  }
}

/**
 * Moves a malformed file from processing/ to dead/, its bytes as they are.
 *
 * @param cameFrom Where it lay, and its log beside it if it has run.
 * @returns The ID under which it lies in dead/: a new one if the given one is taken.
 */
export async function buryMalformed(
  store: Store,
  name: string,
  id: string,
  reason: string,
  cameFrom: JobState,
): Promise<string> {
  const [own, grave] = [pathIn(store, "processing", name), pathIn(store, "dead", `${id}.json`)];
  const elsewhere = async () => {
    const fresh = freshIdLike(id);
    // Once repaired, it may be a job that reads its input.
    using _shared = await shareInput(store, id, fresh);
    return await buryMalformed(store, name, fresh, reason, cameFrom);
  };
  // A log in dead/ belongs to the job beside it, so look for that before writing to the log.
  if (endLinking(store, own, grave)) return id;
  if (store.files.exists(grave, "fresh")) return await elsewhere();
  const log = pathIn(store, "dead", logName(id));
  if ((store.files.stat(log)?.kind ?? "file") !== "file") return await elsewhere();
  if (cameFrom !== "pending") renameIfThere(store, pathIn(store, cameFrom, logName(id)), log);
  const isNew = !store.files.exists(log);
  // The log first: whoever sees the file in dead/ can read why it is there.
  store.files.append(log, ownLine(`not a job: ${reason}`));
  try {
    await flush(store, [log, pathIn(store, "dead")]);
  } catch (error) {
    // The next try must make it anew: this name counts as flushed from now on.
    if (isNew) removeIfThere(store, log);
    throw error;
  }
  if (!ifFree(() => store.files.renameNew(own, grave))) return await elsewhere();
  await flush(store, [pathIn(store, "dead"), ...leftByWaiting(store)]);
  return id;
}
