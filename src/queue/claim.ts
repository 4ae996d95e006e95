/**
 * The move from waiting to running. The rename decides who has the job; everything after it is
 * done by its only owner.
 *
 * @module
 */

import { chargedAttempts, type Job, MAX_JOB_BYTES, parseJob } from "./job.ts";
import { bringLog, logName } from "./logs.ts";
import { claimedName, type EntryName, freshIdLike, ID_PATTERN, waitingName } from "./names.ts";
import { flush, pathIn, renameIfThere, type Store } from "./store.ts";

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
  /** The size of its log so far: where this attempt's output begins. */
  logOffset: number;
}

/** What came of trying to claim a waiting entry. */
export type ClaimResult =
  | { kind: "claimed"; claim: Claim }
  /** Another was first, or it was removed. Normal. */
  | { kind: "gone" }
  /** A dropped file that is not due yet, or whose priority its name did not say: renamed so. */
  | { kind: "renamed" }
  /** Not a job. It lies in dead/ as it was, the reason in its log. */
  | { kind: "malformed"; id: string; reason: string };

/**
 * Claims a waiting entry for a worker.
 *
 * @param entry What the worker found.
 * @param worker The worker's name; its lock must be held.
 * @returns What came of it; only `claimed` leaves something in processing/.
 */
export async function claim(
  store: Store,
  entry: WaitingEntry,
  worker: string,
): Promise<ClaimResult> {
  const time = store.now();
  const id = claimableId(store, entry);
  const name = claimedName(time, entry.priority, id, worker);
  const from = pathIn(store, entry.state, entry.path);
  if (!renameIfThere(store, from, pathIn(store, "processing", name))) return { kind: "gone" };

  const read = readClaimed(store, name, id);
  const nameFault = entry.id !== id && !ID_PATTERN.test(entry.id)
    ? `its name is not the ID of a job (1 to 64 letters, digits, - or _)`
    : undefined;
  if (nameFault || read.fault !== undefined) {
    const reason = nameFault ?? read.fault!;
    await buryMalformed(store, name, id, reason);
    return { kind: "malformed", id, reason };
  }
  const job = read.job;

  if (entry.bare) {
    const runAt = Date.parse(job.run_at);
    if (runAt > time || job.priority !== entry.priority) {
      const rightName = waitingName(runAt, job.priority, id);
      renameIfThere(store, pathIn(store, "processing", name), pathIn(store, "pending", rightName));
      return { kind: "renamed" };
    }
  }

  let logOffset = 0;
  // A job that never ran has no log, and is not asked for one.
  if (job.history.length > 0 || entry.bare) {
    bringLog(store, id, entry.id === id ? entry.state : "processing", "processing");
    logOffset = store.files.stat(pathIn(store, "processing", logName(id)))?.size ?? 0;
  }
  job.attempts = chargedAttempts(job);
  return { kind: "claimed", claim: { id, name, time, worker, job, logOffset } };
}

/**
 * The ID under which an entry is claimed: its own, unless its name was made by hand and is no ID, or is
 * that of a job that runs or has run. No job ever takes the place of another.
 */
function claimableId(store: Store, entry: WaitingEntry): string {
  if (!ID_PATTERN.test(entry.id)) return freshIdLike(entry.id);
  if (!entry.bare) return entry.id;
  const taken = store.files.stat(pathIn(store, "done", `${entry.id}.json`)) ??
    store.files.stat(pathIn(store, "dead", `${entry.id}.json`)) ??
    store.files.stat(pathIn(store, "processing", logName(entry.id)));
  return taken ? freshIdLike(entry.id) : entry.id;
}

/** Reads a file in processing/ that is ours. Never blocks and never follows a link. */
export function readClaimed(
  store: Store,
  name: string,
  id: string,
): { job: Job; fault?: undefined } | { job?: undefined; fault: string } {
  const path = pathIn(store, "processing", name);
  const stat = store.files.stat(path);
  if (stat?.kind !== "file") return { fault: "it is not a regular file" };
  if (stat.size > MAX_JOB_BYTES) return { fault: `it is larger than ${MAX_JOB_BYTES} bytes` };
  return parseJob(store.files.read(path), id, store.config, stat.mtime);
}

/** Moves what is not a job from processing/ to dead/, its bytes as they are. */
export async function buryMalformed(
  store: Store,
  name: string,
  id: string,
  reason: string,
): Promise<void> {
  // The log first: whoever sees the file in dead/ can read why it is there.
  const log = pathIn(store, "dead", logName(id));
  store.files.append(log, new TextEncoder().encode(`queuectl: not a job: ${reason}\n`));
  await flush(store, [log]);
  const from = pathIn(store, "processing", name);
  try {
    store.files.renameNew(from, pathIn(store, "dead", `${id}.json`));
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    await buryMalformed(store, name, freshIdLike(id), reason);
    return;
  }
  await flush(store, [pathIn(store, "dead")]);
}
