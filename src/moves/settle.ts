/**
 * The move from running to settled. Several jobs that end at about the same time are settled
 * together, so that their flushes share the disk's journal.
 *
 * The order of calls, and the crash that each step survives:
 *
 * 1. `processing/N` is renamed to `tmp/N`. NotFound means that the job was taken away (this worker
 *    was believed dead): the result is dropped. A crash here: recovery finds tmp/N alone and
 *    charges the attempt as lost. Where the file system does not keep a rename as one this would
 *    not keep a power cut from bringing back the old name, and its server would have to be asked
 *    once more: there `N` stays in processing/ until 4.
 * 2. The new content is written to `tmp/FINAL@WORKER.STATE`. A crash here: recovery finds both,
 *    this one perhaps torn, and goes by `N`.
 * 3. It and tmp/ are flushed: from here on a power cut keeps both steps. Where the file system does
 *    not keep a rename as one, processing/ and the directory that the job was claimed from are
 *    flushed with them: else a power cut could bring back a name under which the job that has ended
 *    is run again.
 * 4. `N` is removed: only the content that is meant to become the job is left. NotFound means,
 *    as in 1, that the job was taken away. A crash from here on: recovery publishes what was meant.
 * 5. The log moves, so that a settled job always has its log beside it.
 * 6. `tmp/FINAL@WORKER.STATE` is renamed to `STATE/FINAL`, and STATE/ flushed. If that flush fails
 *    the name is taken back, and given anew: flushed once more, what failed to reach the disk
 *    counts as if it had.
 *
 * @module
 */

import type { Claim } from "./claim.ts";
import { logOf } from "./take_log.ts";
import { nameOf } from "../contents/entries.ts";
import { forEachAtOnce } from "../fs/sync_each.ts";
import { shareInput } from "../contents/inputs.ts";
import { type Job, jobBytes } from "../format/job.ts";
import { leftByClaims, leftBySettling } from "../contents/left_directories.ts";
import { bringLog, logName } from "../contents/logs.ts";
import { haveSameContent } from "../contents/same_job.ts";
import { freshIdLike, isUlid } from "../format/ids.ts";
import {
  formatMeantName,
  parseEntryName,
  type SettledState,
  waitingName,
} from "../format/names.ts";
import { ring } from "../store/ring.ts";
import {
  createFlushed,
  flush,
  pathIn,
  removeIfThere,
  renameIfThere,
  renameNewUnblocked,
  type Store,
} from "../store/store.ts";

/** How many jobs are published while a server answers. */
const PUBLISHED_AT_ONCE = 16;

/** A running job and its outcome. Settling it again goes on where an error stopped it. */
export interface Settlement {
  /** The job, owned by this worker. */
  readonly claim: Claim;
  /** Its new content, the attempt included. */
  readonly job: Job;
  /** Where it goes. */
  readonly state: SettledState;
  /** When it is ready again, in milliseconds since 1970; for `failed` and `pending`. */
  readonly readyAt?: number;
  /** How far it has come; {@linkcode settle} moves this on. */
  progress?: "taken" | "written" | "owned" | "published" | "doubted" | "settled" | "gone";
  /** Where its new file lies, once this worker has put it there. */
  published?: string;
}

/**
 * Sends a job to dead/ that is not to run, uncharged.
 *
 * @param reason Why, as a sentence.
 */
export function unrunSettlement(claim: Claim, now: number, reason: string): Settlement {
  const job = { ...claim.job, updated_at: new Date(now).toISOString(), reason };
  return { claim, job, state: "dead" };
}

/** The name in tmp/ of a settled job's new content: `FINAL@WORKER.STATE`. */
export function meantName(settlement: Settlement): string {
  return formatMeantName(finalName(settlement), settlement.claim.worker, settlement.state);
}

function finalName({ job, state, readyAt }: Settlement): string {
  return state === "done" || state === "dead"
    ? `${job.id}.json`
    : waitingName(readyAt ?? Date.parse(job.run_at), job.priority, job.id, job);
}

/**
 * Settles jobs that this worker owns. The `progress` of each ends as `settled`, or as `gone` if the
 * job was taken away meanwhile.
 *
 * @param settlements Jobs of one worker, each with its outcome.
 * @throws Whatever the disk throws. Nothing is lost: the jobs that were not settled can be given
 * again later.
 *
 * @example
 * ```ts ignore
 * await settle(store, [{ claim, job: { ...claim.job, attempts: 1 }, state: "done" }]);
 * ```
 */
export async function settle(
  store: Store,
  settlements: readonly Settlement[],
): Promise<void> {
  for (const settlement of inStep(settlements, "doubted")) takeBack(store, settlement);
  for (const settlement of settlements) take(store, settlement);
  await write(store, inStep(settlements, "taken"));
  const open = inStep(settlements, "written");
  const ran = isTakenFirst(store) ? "tmp" : "processing";
  const olds = open.map(({ claim }) => pathIn(store, ran, claim.name));
  const removed = await store.files.removeEach(olds);
  // Notes all that is ours now before anything else can fail.
  for (const [index, settlement] of open.entries()) {
    if (removed[index] === true) settlement.progress = "owned";
  }
  for (const [index, settlement] of open.entries()) {
    if (removed[index] !== false) continue;
    removeIfThere(store, meantPath(store, settlement));
    settlement.progress = "gone";
  }
  await forEachAtOnce(inStep(settlements, "owned"), PUBLISHED_AT_ONCE, async (settlement) => {
    if (!await publish(store, settlement)) {
      // Under another ID nothing would tell a leftover in tmp/, after a power cut, from a job.
      await flush(store, [pathIn(store, "tmp")]);
      await publishBesideAnother(store, settlement);
    }
    // Not to be done again: from here on another may have the job and its log.
    settlement.progress = "published";
  });
  const published = inStep(settlements, "published");
  const changed = new Set(published.map((settlement) => settlement.state));
  // It was put back for others. What waits for its retry is known to the worker that put it there.
  if (changed.has("pending")) ring(store);
  try {
    await flush(store, [
      ...[...changed].map((state) => pathIn(store, state)),
      ...(published.length > 0 ? leftBySettling(store) : []),
    ]);
  } catch (error) {
    for (const settlement of published) settlement.progress = "doubted";
    throw error;
  }
  for (const settlement of published) settlement.progress = "settled";
  for (const result of removed) if (result instanceof Error) throw result;
}

function inStep(
  settlements: readonly Settlement[],
  progress: Settlement["progress"],
): Settlement[] {
  return settlements.filter((settlement) => settlement.progress === progress);
}

function meantPath(store: Store, settlement: Settlement): string {
  return pathIn(store, "tmp", meantName(settlement));
}

/** Whether step 1 is made. */
function isTakenFirst({ files, dir }: Store): boolean {
  return files.renamesAsOne(dir);
}

/** Step 1. */
function take(store: Store, settlement: Settlement): void {
  if (settlement.progress === undefined) {
    const { name } = settlement.claim;
    const isOurs = !isTakenFirst(store) ||
      renameIfThere(store, pathIn(store, "processing", name), pathIn(store, "tmp", name));
    settlement.progress = isOurs ? "taken" : "gone";
  } else if (settlement.progress === "taken") {
    // Part of it may be there, from a try that could not be undone.
    removeIfThere(store, meantPath(store, settlement));
  }
}

/** Steps 2 and 3. If they fail, the jobs go back to processing/, if they can. */
async function write(store: Store, taken: readonly Settlement[]): Promise<void> {
  if (taken.length === 0) return;
  const meant = taken.map((settlement) => ({
    path: meantPath(store, settlement),
    content: jobBytes(settlement.job),
  }));
  const left = leftByClaims(store, taken.map(({ claim }) => claim.cameFrom));
  try {
    await createFlushed(store, meant, [pathIn(store, "tmp"), ...left]);
  } catch (error) {
    // After a failed flush nobody knows what the file holds: it must be written anew.
    for (const settlement of taken) undoWrite(store, settlement);
    throw error;
  }
  for (const settlement of taken) settlement.progress = "written";
}

/**
 * Step 6 backwards, after a failed flush. Whoever has claimed the job since flushes what that
 * changes.
 */
function takeBack(store: Store, settlement: Settlement): void {
  const { claim, published, job, state } = settlement;
  settlement.progress = "published";
  if (published === undefined) return;
  settlement.published = undefined;
  if (!renameIfThere(store, published, meantPath(store, settlement))) return;
  settlement.progress = "owned";
  const { id } = parseEntryName(nameOf(published))!;
  const log = pathIn(store, state, logName(id));
  if (claim.logIn !== state || id !== job.id) {
    renameIfThere(store, log, pathIn(store, "processing", logName(job.id)));
  }
}

/** Steps 2 and 1 backwards, as far as the disk allows, for another try later. */
function undoWrite(store: Store, settlement: Settlement): void {
  settlement.progress = "taken";
  const { name } = settlement.claim;
  try {
    removeIfThere(store, meantPath(store, settlement));
    if (isTakenFirst(store)) {
      renameIfThere(store, pathIn(store, "tmp", name), pathIn(store, "processing", name));
    }
  } catch {
    // The disk refuses this too; the job stays with the worker.
    return;
  }
  settlement.progress = undefined;
}

/**
 * Steps 5 and 6. Recovery gives a dead worker's results to {@linkcode settle} too, so either may
 * find the other's work done.
 *
 * @returns Whether it is done; `false` if another job of this ID lies in its place.
 */
async function publish(store: Store, settlement: Settlement): Promise<boolean> {
  const source = meantPath(store, settlement);
  const { job, state } = settlement;
  const target = pathIn(store, state, finalName(settlement));
  // No log is brought beside another's job. None has an ID that queuectl has made.
  const isFree = isUlid(job.id) || !store.files.exists(target) ||
    !store.files.exists(target, "fresh");
  // Last: another may have published the job, and claimed it again; then its log is not ours.
  if (!store.files.exists(source)) return true;
  if (isFree && await bringOwnLog(store, settlement, target)) {
    const result = await renameNewUnblocked(store, source, target);
    if (result === "renamed") settlement.published = target;
    if (result !== "taken") return true;
  }
  if (!store.files.stat(source)) return true;
  if (!haveSameContent(store, source, target)) return false;
  // Published already: a power cut can bring back a name whose removal was not flushed.
  removeIfThere(store, source);
  return true;
}

/** Step 5; `false` if another job's log lies in its place. */
async function bringOwnLog(
  store: Store,
  { claim, job: { id }, state }: Settlement,
  target: string,
): Promise<boolean> {
  if (claim.logIn === state) return true;
  const to = pathIn(store, state, logName(id));
  return await renameNewUnblocked(store, logOf(store, claim), to) === "renamed" ||
    bringLog(store, id, claim.logIn ?? "processing", state, target);
}

/**
 * Steps 5 and 6 for a job whose ID another has: both files were dropped by hand, and both are kept.
 */
async function publishBesideAnother(store: Store, settlement: Settlement): Promise<void> {
  const { claim, job: { id }, state } = settlement;
  const fresh = freshIdLike(id);
  using _shared = await shareInput(store, id, fresh);
  const [own, log] = [logOf(store, claim), pathIn(store, state, logName(fresh))];
  if (!renameIfThere(store, own, log)) store.files.append(log, new Uint8Array());
  const beginning = finalName(settlement).slice(0, -`${id}.json`.length);
  const target = pathIn(store, state, `${beginning}${fresh}.json`);
  try {
    if (renameIfThere(store, meantPath(store, settlement), target)) settlement.published = target;
  } catch (error) {
    // Another try takes another ID.
    renameIfThere(store, log, own);
    throw error;
  }
}
