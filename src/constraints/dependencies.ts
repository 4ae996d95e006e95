/**
 * Jobs that wait for other jobs.
 *
 * A job with `after` lies in pending/ under a name whose time no clock reaches (99990101T…), so it costs
 * nothing while it waits. For each job that it waits for there is an empty file `after/PARENT/CHILD`, which
 * stays until the child is claimed or removed. Whoever settles the parent reads `after/PARENT/` and
 * renames each child that waits for nothing else to a name that is ready now. Whether the parents
 * succeeded is judged by the worker that claims the child.
 *
 * No crash loses a release. The markers are there before the child is, and the child is looked at once more
 * after it is there: a parent that ended before has been seen to have ended, one that ends later finds the
 * child. A worker that dies between settling a parent and releasing its children is made good by
 * {@linkcode releaseOverlooked}, which every recovery calls.
 *
 * @module
 */

import type { Job } from "../format/job.ts";
import { AFTER_TIME, ID_PATTERN, waitingName } from "../format/names.ts";
import { parseJob } from "../format/parse_job.ts";
import { flush, pathIn, removeIfThere, renameIfThere, type Store } from "../store/store.ts";
import { findTaken, presentIds } from "../contents/taken_ids.ts";
import { endOf } from "../contents/entries.ts";

/**
 * Notes what jobs are to wait for, durably, before the jobs themselves are published.
 *
 * @param children The jobs, with `after`.
 */
export async function markChildren(store: Store, children: readonly Job[]): Promise<void> {
  if (!children.some((child) => parentsOf(child).length > 0)) return;
  makeIfMissing(store, pathIn(store, "after"));
  const folders = new Set<string>();
  for (const child of children) {
    for (const parent of parentsOf(child)) {
      const folder = pathIn(store, "after", parent);
      // The folder goes when its last child does, perhaps between these two calls.
      for (let tries = 0;; tries++) {
        if (!folders.has(folder) || tries > 0) makeIfMissing(store, folder);
        try {
          store.files.append(`${folder}/${child.id}`, new Uint8Array());
          break;
        } catch (error) {
          if (!(error instanceof Deno.errors.NotFound) || tries === 10) throw error;
        }
      }
      folders.add(folder);
    }
  }
  try {
    await flush(store, [...folders, pathIn(store, "after"), store.dir]);
  } catch (error) {
    // One that is there already would not be made anew by who asks again.
    for (const child of children) unmarkChild(store, child);
    throw error;
  }
}

/**
 * Removes the markers of a job that waits no more: it was claimed, or removed.
 *
 * @param parents Those that it waits for no more. Default: all that it waited for.
 */
export function unmarkChild(
  store: Store,
  child: Job,
  parents: readonly string[] = parentsOf(child),
): void {
  for (const parent of parents) {
    // The folder also where the marker is gone: a worker may have been killed between the two.
    removeIfThere(store, pathIn(store, "after", `${parent}/${child.id}`));
    try {
      removeIfThere(store, pathIn(store, "after", parent));
    } catch {
      // Others still wait for this parent.
    }
  }
}

/** The IDs that a job waits or waited for. */
export function parentsOf(job: Job): string[] {
  return job.after ?? [];
}

/** The jobs that wait for one, by the markers. */
export function childrenOf(store: Store, parent: string): string[] {
  const folder = pathIn(store, "after", parent);
  if (!ID_PATTERN.test(parent) || !store.files.exists(folder)) return [];
  const children: string[] = [];
  try {
    for (const { name } of store.files.list(folder)) {
      if (ID_PATTERN.test(name)) children.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return children.sort();
}

/** Those of some jobs that others wait for, by the markers. */
export function parentsAmong(store: Store, ids: readonly string[]): string[] {
  const some = new Set(ids);
  const among: string[] = [];
  let read = 0;
  try {
    // To read a name costs a fraction of a look; but there may be thousands of them.
    for (const { name } of store.files.list(pathIn(store, "after"))) {
      if (++read > 4 * some.size) break;
      if (some.has(name)) among.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return read > 4 * some.size
    ? ids.filter((id) => store.files.exists(pathIn(store, "after", id)))
    : among;
}

/**
 * Releases the children of a job that has just ended, and waits for nothing else.
 *
 * @param parent The job, now in done/ or dead/.
 * @returns Whether any was released.
 */
export async function releaseChildren(store: Store, parent: string): Promise<boolean> {
  const end = endOf(store, parent);
  if (end === undefined) return false;
  let released = 0;
  let looked = 0;
  for (const child of childrenOf(store, parent)) {
    if (releaseIfReady(store, child, end)) released++;
    // Thousands of children must not hold up what else the worker does.
    if (++looked % 200 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  if (released > 0) await flush(store, [pathIn(store, "pending")]);
  return released > 0;
}

/**
 * Makes a waiting job ready if all that it waits for has ended, or if one has ended badly and it
 * can only die of that.
 *
 * @param end How the one has ended that is the reason to look; the others that ended badly were a reason to look
 * then. Without it all are looked at.
 * @returns Whether this call released it.
 */
export function releaseIfReady(store: Store, child: string, end?: "done" | "dead"): boolean {
  const name = waitingChildName(store, child);
  if (name === undefined) return false;
  const path = pathIn(store, "pending", name);
  let content: Uint8Array;
  try {
    content = store.files.read(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  const { job } = parseJob(content, child, store.config, store.now());
  // What is no job does not wait: whoever claims it moves it to dead/ and says why.
  const mayGo = job === undefined ||
    (end === undefined
      ? isReady(store, job)
      : (end === "dead" && !job.after_any) || haveEnded(store, job));
  if (!mayGo) return false;
  const time = Math.max(store.now(), job ? Date.parse(job.run_at) : 0);
  const ready = waitingName(time, Number(name[21]), child);
  return renameIfThere(store, path, pathIn(store, "pending", ready));
}

/** Whether a job waits for nothing any more, or can only die. */
export function isReady(store: Store, job: Job): boolean {
  const ends = parentsOf(job).map((parent) => endOf(store, parent));
  if (!job.after_any && ends.includes("dead")) return true;
  return ends.every((end) => end !== undefined);
}

/**
 * Whether all that a job waits for has ended. Those named last are looked at first, as they mostly end last: so a
 * job that waits for a thousand is not a thousand times as long in the looking.
 */
function haveEnded(store: Store, job: Job): boolean {
  return parentsOf(job).toReversed().every((parent) => endOf(store, parent) !== undefined);
}

/** The name under which a job waits for others: its priority is one digit of it. */
function waitingChildName(store: Store, child: string): string | undefined {
  for (const priority of [5, 0, 1, 2, 3, 4, 6, 7, 8, 9]) {
    const name = waitingName(AFTER_TIME, priority, child);
    if (store.files.exists(pathIn(store, "pending", name))) return name;
  }
}

/**
 * Releases every job whose release a crash cut off.
 *
 * @returns Whether any was released.
 */
export async function releaseOverlooked(store: Store): Promise<boolean> {
  if (!store.files.exists(pathIn(store, "after"))) return false;
  let released = false;
  for (const { name } of [...store.files.list(pathIn(store, "after"))]) {
    if (ID_PATTERN.test(name) && endOf(store, name)) {
      released = await releaseChildren(store, name) || released;
    }
  }
  return released;
}

/** Why a job that has been released cannot run: one that it waited for has ended badly. */
export function lostParent(store: Store, job: Job): string | undefined {
  if (job.after_any) return undefined;
  const dead = parentsOf(job).find((parent) => endOf(store, parent) === "dead");
  return dead === undefined ? undefined : `job ${dead}, which it waited for, is dead`;
}

/**
 * Whether a job that is about to run has to wait all the same: it was dropped by hand, or run again, while
 * one that it comes after has yet to end. One that is no longer in the queue is not waited for.
 */
export function stillWaits(store: Store, job: Job): boolean {
  const open = parentsOf(job).filter((parent) => endOf(store, parent) === undefined);
  return open.length > 0 && findTaken(store, new Set(open)) !== undefined;
}

/**
 * Lets a job that its worker has claimed wait for others again.
 *
 * @param claimed The path of its file in processing/.
 */
export async function waitAgain(store: Store, job: Job, claimed: string): Promise<void> {
  await markChildren(store, [job]);
  const name = waitingName(AFTER_TIME, job.priority, job.id);
  renameIfThere(store, claimed, pathIn(store, "pending", name));
  releaseIfReady(store, job.id);
}

function makeIfMissing(store: Store, path: string): void {
  try {
    store.files.makeDirectory(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

/**
 * When a job is ready that nobody holds: at its `run_at`, now, or once those that it waits for have ended. One
 * that is no longer in the queue is not waited for.
 */
export function readyTime(store: Store, job: Job): number {
  const waits = openParents(store, job).length > 0 && !isReady(store, job);
  return waits ? AFTER_TIME : Math.max(store.now(), Date.parse(job.run_at));
}

/** The jobs in the queue that a job has to wait for. */
export function openParents(store: Store, job: Job): string[] {
  if (job.attempts > 0) return [];
  const open = parentsOf(job).filter((parent) => endOf(store, parent) === undefined);
  if (open.length === 0) return open;
  const present = presentIds(store, new Set(open));
  return open.filter((parent) => present.has(parent));
}
