/**
 * The move from waiting to running. The rename decides who has the job; everything after it is
 * done by its only owner.
 *
 * @module
 */

import { basename } from "@std/path/posix/basename";
import { dirname } from "@std/path/posix/dirname";
import { lostParent, stillWaits, unmarkChild, waitAgain } from "../constraints/dependencies.ts";
import { entries, fileFault, nameOf, readingFault } from "../contents/entries.ts";
import { inputFault, shareInput } from "../contents/inputs.ts";
import { chargedAttempts, type Job } from "../format/job.ts";
import { leftByWaiting } from "../contents/left_directories.ts";
import { bringLog, logName, ownLine } from "../contents/logs.ts";
import { freshIdLike } from "../format/ids.ts";
import {
  claimedName,
  type EntryName,
  ID_PATTERN,
  type JobState,
  waitingName,
} from "../format/names.ts";
import { parseJob } from "../format/parse_job.ts";
import { isStale } from "../contents/same_job.ts";
import { flush, pathIn, removeIfThere, renameIfThere, type Store } from "../store/store.ts";
import { QueueError } from "../text/errors.ts";

/** A job that waits, as a name on disk: reading its file is not needed to choose it. */
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
  /** The job as its file has it, its `attempts` begun anew if it was requeued. */
  job: Job;
  /** The directory that it was claimed from; `undefined` if that is not known, as another worker claimed it. */
  cameFrom?: string;
  /** The size of its log so far, as far as that is known: where this attempt's output begins. */
  logOffset: number;
  /** Where to look for its log first, if it may have one from before: see {@linkcode takeLog}. */
  logFrom?: JobState;
}

/** What came of trying to claim a waiting entry. */
export type ClaimResult =
  | { kind: "claimed"; claim: Claim }
  /** Another was first, or it was removed. Normal. */
  | { kind: "gone" }
  /** A dropped file that is not due yet, or whose priority its name did not say: renamed so. */
  | { kind: "renamed" }
  /** It must not run: one that it was to come after is dead, or its input is missing. To be settled as dead. */
  | { kind: "hopeless"; claim: Claim; reason: string }
  /** Not a job. It lies in dead/ as it was, the reason in its log. */
  | { kind: "malformed"; id: string; reason: string };

/**
 * Claims a waiting entry for a worker.
 *
 * @param entry What the worker found.
 * @param worker The worker's name; its lock must be held. It must own no job of this ID.
 * @param purpose What for. To be changed, a job need not be due or have anything to wait for.
 * @returns What came of it; only `claimed` leaves something in processing/.
 */
export async function claim(
  store: Store,
  entry: WaitingEntry,
  worker: string,
  purpose: "to run it" | "to change it" = "to run it",
): Promise<ClaimResult> {
  const time = store.now();
  const id = claimableId(store, entry);
  // First: whoever recovers this worker finds the job under its new ID alone.
  using _shared = id === entry.id ? undefined : await shareInput(store, entry.id, id);
  const name = claimedName(time, entry.priority, id, worker);
  const from = pathIn(store, entry.state, entry.path);
  if (!renameIfThere(store, from, pathIn(store, "processing", name))) return { kind: "gone" };
  try {
    const cameFrom = dirname(from);
    return await examine(store, entry, { id, name, time, worker, cameFrom }, purpose);
  } catch (error) {
    // What cannot be read now must not stay with a worker that does not run it.
    const back = pathIn(store, entry.state, basename(entry.path));
    const isThere = renameIfThere(store, pathIn(store, "processing", name), back);
    if (!isThere && error instanceof Deno.errors.NotFound) return { kind: "gone" };
    throw error;
  }
}

/** Reads what has been claimed, and decides what is to become of it. */
async function examine(
  store: Store,
  entry: WaitingEntry,
  taken: Omit<Claim, "job" | "logOffset">,
  purpose: "to run it" | "to change it",
): Promise<ClaimResult> {
  const { id, name, time } = taken;
  const read = await readClaimed(store, name, id);
  const nameFault = entry.id !== id && !ID_PATTERN.test(entry.id)
    ? `its name, ${JSON.stringify(nameOf(entry.path))}, is not the ID of a job ` +
      "(1 to 64 letters, digits, - or _)"
    : undefined;
  if (nameFault || read.fault !== undefined) {
    const reason = nameFault ?? read.fault!;
    const buried = await buryMalformed(store, name, id, reason, entry.state);
    return { kind: "malformed", id: buried, reason };
  }
  const job = read.job;
  if (isStale(store, entry, name, job)) {
    removeIfThere(store, pathIn(store, "processing", name));
    return { kind: "gone" };
  }

  if (entry.bare) {
    const runAt = Date.parse(job.run_at);
    if (runAt > time || job.priority !== entry.priority) {
      await putUnderRightName(store, name, id, runAt, job.priority);
      return { kind: "renamed" };
    }
  }

  const claimed: Claim = { ...taken, job, logOffset: job.history.at(-1)?.log_end ?? 0 };
  // A job that never ran has no log, and is not asked for one.
  if (job.history.length > 0 || entry.bare) {
    claimed.logFrom = entry.id === id ? entry.state : "processing";
  }
  job.attempts = chargedAttempts(job);
  // Once it has run, what it waited for may be long gone.
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

/**
 * Brings the log of a claimed job beside it; to be called right before its command is started, which makes one where
 * there is none. So a log in processing/ says that the command may have begun, and its absence that it has not: who
 * recovers a dead worker goes by that.
 */
export function takeLog(store: Store, claimed: Claim): void {
  const { id, logFrom } = claimed;
  if (logFrom === undefined) return;
  bringLog(store, id, logFrom, "processing");
  claimed.logOffset = store.files.stat(pathIn(store, "processing", logName(id)))?.size ?? 0;
}

async function putUnderRightName(
  store: Store,
  name: string,
  id: string,
  runAt: number,
  priority: number,
): Promise<void> {
  const from = pathIn(store, "processing", name);
  try {
    store.files.renameNew(from, pathIn(store, "pending", waitingName(runAt, priority, id)));
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    const fresh = freshIdLike(id);
    using _shared = await shareInput(store, id, fresh);
    await putUnderRightName(store, name, fresh, runAt, priority);
  }
}

/**
 * The ID under which an entry is claimed: its own, unless its name was made by hand and is no ID, or is
 * that of another job that runs or has run. No job ever takes the place of another.
 */
function claimableId(store: Store, entry: WaitingEntry): string {
  if (!ID_PATTERN.test(entry.id)) return freshIdLike(entry.id);
  if (!entry.bare) return entry.id;
  const ended = (["done", "dead"] as const).some((state) =>
    store.files.exists(pathIn(store, state, `${entry.id}.json`))
  );
  const isTaken = ended || runs(store, entry.id) || waitsElsewhere(store, entry);
  return isTaken ? freshIdLike(entry.id) : entry.id;
}

/** Whether another job of an entry's ID waits which has run, so that the log is its own. */
function waitsElsewhere(store: Store, { id, path }: WaitingEntry): boolean {
  return (["pending", "failed"] as const).some((state) => {
    // The names are read only where there is such a log: there may be a million.
    if (!store.files.exists(pathIn(store, state, logName(id)))) return false;
    for (const other of entries(store, state)) {
      if (other.id === id && other.path !== path) return true;
    }
    return false;
  });
}

function runs(store: Store, id: string): boolean {
  for (const entry of entries(store, "processing")) if (entry.id === id) return true;
  return false;
}

/**
 * Reads a file in processing/ that this worker owns. Follows no link, and does not block: the file of a job that
 * has waited for long may be on the disk only.
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
 * Moves what is not a job from processing/ to dead/, its bytes as they are.
 *
 * @param cameFrom Where it lay, and its log beside it if it has run.
 * @returns The ID under which it lies in dead/: another than the one given if that is taken.
 */
export async function buryMalformed(
  store: Store,
  name: string,
  id: string,
  reason: string,
  cameFrom: JobState,
): Promise<string> {
  const grave = pathIn(store, "dead", `${id}.json`);
  const elsewhere = async () => {
    const fresh = freshIdLike(id);
    // Once mended it may be a job that reads it.
    using _shared = await shareInput(store, id, fresh);
    return await buryMalformed(store, name, fresh, reason, cameFrom);
  };
  // A log in dead/ is that of the job beside it, so it is looked for before the log is written to.
  if (store.files.stat(grave)) return await elsewhere();
  const log = pathIn(store, "dead", logName(id));
  if ((store.files.stat(log)?.kind ?? "file") !== "file") return await elsewhere();
  if (cameFrom !== "pending") renameIfThere(store, pathIn(store, cameFrom, logName(id)), log);
  const isNew = !store.files.exists(log);
  // The log first: whoever sees the file in dead/ can read why it is there.
  store.files.append(log, ownLine(`not a job: ${reason}`));
  try {
    await flush(store, [log, pathIn(store, "dead")]);
  } catch (error) {
    // To be made anew by the next try: this name counts as flushed from now on.
    if (isNew) removeIfThere(store, log);
    throw error;
  }
  try {
    store.files.renameNew(pathIn(store, "processing", name), grave);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    return await elsewhere();
  }
  await flush(store, [pathIn(store, "dead"), ...leftByWaiting(store)]);
  return id;
}

/**
 * Puts a job back that its worker has claimed and cannot run yet: under the name that it had, its content
 * as it was, nothing charged.
 *
 * @param from The entry that was claimed.
 * @returns Its path below its state's directory, or `undefined` if it was taken away.
 */
export function putBackUnrun(
  store: Store,
  from: WaitingEntry,
  { id, name: claimed, job }: Claim,
): string | undefined {
  const source = pathIn(store, "processing", claimed);
  const own = basename(from.path);
  for (const path of [from.path, own, waitingName(Date.parse(job.run_at), job.priority, id)]) {
    try {
      store.files.renameNew(source, pathIn(store, from.state, path));
      return path;
    } catch (error) {
      // A file of its name was dropped meanwhile.
      if (error instanceof Deno.errors.AlreadyExists) continue;
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      // Its batch was removed meanwhile, or the job itself was taken away.
      if (!store.files.exists(source)) return undefined;
    }
  }
  throw new QueueError(`job ${id} cannot be put back: another file has its name`);
}
