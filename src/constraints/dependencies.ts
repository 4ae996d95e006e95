/**
 * Jobs that wait for other jobs.
 *
 * A job with `after` lies in pending/ under a name whose time no clock reaches (99990101T…), so it
 * costs nothing while it waits. For each of its parents there is an empty file
 * `after/PARENT/CHILD`, the marker, until the child is claimed or removed. Whoever settles the
 * parent reads `after/PARENT/` and renames each child that waits for nothing else to a name that is
 * ready now. The worker that claims the child judges whether the parents succeeded.
 *
 * No crash loses a release. The markers are there before the child is, and whoever adds the child
 * looks at its parents once more afterwards: that look sees a parent that ended before; one that
 * ends later finds the child. If a worker dies between settling a parent and releasing its
 * children, {@linkcode releaseOverlooked} releases them: every recovery calls it.
 *
 * The room: what may keep a job from being added, run or removed: dependencies, keys, limits.
 *
 * @module
 */

import type { Job } from "../format/job.ts";
import { AFTER_TIME, ID_PATTERN, waitingName } from "../format/names.ts";
import { parseJob } from "../format/parse_job.ts";
import { ring } from "../store/ring.ts";
import {
  flush,
  ifThere,
  listIfThere,
  makeDirectory,
  pathIn,
  readIfThere,
  removeIfPossible,
  removeIfThere,
  renameBack,
  renameIfThere,
  type Store,
} from "../store/store.ts";
import { findTaken, presentIds } from "../contents/taken_ids.ts";
import { endOf } from "../contents/entries.ts";

/** Makes the markers of jobs with `after`, durably: to be called before the jobs are published. */
export async function markChildren(store: Store, children: readonly Job[]): Promise<void> {
  if (!children.some((child) => parentsOf(child).length > 0)) return;
  makeDirectory(store, pathIn(store, "after"));
  const folders = new Set<string>();
  for (const child of children) {
    for (const parent of parentsOf(child)) {
      const folder = pathIn(store, "after", parent);
      // The folder goes when its last child does, perhaps between these two calls.
      for (let tries = 0;; tries++) {
        if (!folders.has(folder) || tries > 0) makeDirectory(store, folder);
        const mark = () => (store.files.append(`${folder}/${child.id}`, new Uint8Array()), true);
        if (tries === 10 ? mark() : ifThere(mark)) break;
      }
      folders.add(folder);
    }
  }
  try {
    await flush(store, [...folders, pathIn(store, "after"), store.dir]);
  } catch (error) {
    // The next try must make each anew: one that exists counts as flushed.
    for (const child of children) unmarkChild(store, child);
    throw error;
  }
}

/**
 * Removes the markers of a job that no longer waits: it was claimed, or removed.
 *
 * @param parents Those that it no longer waits for. Default: all of them.
 */
export function unmarkChild(
  store: Store,
  child: Job,
  parents: readonly string[] = parentsOf(child),
): void {
  for (const parent of parents) {
    // The folder also where the marker is gone: a worker may have been killed between the two.
    const marker = pathIn(store, "after", `${parent}/${child.id}`);
    // This machine may remember that it was gone, and another have made it again.
    if (!removeIfThere(store, marker) && store.files.exists(marker, "fresh")) {
      removeIfThere(store, marker);
    }
    // Stays while others wait for this parent.
    removeIfPossible(store, pathIn(store, "after", parent));
  }
}

/** The IDs that a job waits or waited for. */
export function parentsOf(job: Job): string[] {
  return job.after ?? [];
}

/** The jobs that wait for a job, by the markers. */
export function childrenOf(store: Store, parent: string): string[] {
  if (!ID_PATTERN.test(parent)) return [];
  return [...listIfThere(store, pathIn(store, "after", parent), "fresh")]
    .map(({ name }) => name)
    .filter((name) => ID_PATTERN.test(name)).sort();
}

/** Those of some jobs that others wait for, by the markers. */
export function parentsAmong(store: Store, ids: readonly string[]): string[] {
  const wanted = new Set(ids);
  const parents: string[] = [];
  let read = 0;
  for (const { name } of listIfThere(store, pathIn(store, "after"))) {
    // Reading a name costs a fraction of a look for one, but there may be thousands of names.
    if (++read > 4 * wanted.size) {
      return ids.filter((id) => store.files.exists(pathIn(store, "after", id), "fresh"));
    }
    if (wanted.has(name)) parents.push(name);
  }
  return parents;
}

/**
 * Releases those children of a job that wait for nothing else.
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
  if (released === 0) return false;
  ring(store);
  await flush(store, [pathIn(store, "pending")]);
  return true;
}

/**
 * Makes a waiting job ready if all its parents have ended, or if one is dead and so must be the
 * job.
 *
 * @param end How the parent ended that is the reason to look. Default: looks at how each one ended.
 * @returns Whether this call released it.
 */
export function releaseIfReady(store: Store, child: string, end?: "done" | "dead"): boolean {
  const name = waitingChildName(store, child);
  if (name === undefined) return false;
  const path = pathIn(store, "pending", name);
  const content = readIfThere(store, path);
  if (!content) return false;
  const { job } = parseJob(content, child, store.config, store.now());
  // A malformed file does not wait: whoever claims it moves it to dead/ and says why.
  const mayGo = job === undefined ||
    (end === undefined
      ? isReady(store, job)
      : (end === "dead" && !job.after_any) || haveEnded(store, job));
  if (!mayGo) return false;
  const time = Math.max(store.now(), job ? Date.parse(job.run_at) : 0);
  const ready = waitingName(time, Number(name[21]), child, job ?? {});
  return renameIfThere(store, path, pathIn(store, "pending", ready));
}

/** Whether all parents of a job have ended, or one is dead and so must be the job. */
export function isReady(store: Store, job: Job): boolean {
  const ends = parentsOf(job).map((parent) => endOf(store, parent));
  if (!job.after_any && ends.includes("dead")) return true;
  return ends.every((end) => end !== undefined);
}

/**
 * Whether all parents have ended. Looks from the last one on, which mostly ends last: a job may
 * have a thousand.
 */
function haveEnded(store: Store, job: Job): boolean {
  return parentsOf(job).toReversed().every((parent) => endOf(store, parent) !== undefined);
}

/** The name under which a job waits for others: its priority is one digit of it. */
function waitingChildName(store: Store, child: string): string | undefined {
  for (const priority of [5, 0, 1, 2, 3, 4, 6, 7, 8, 9]) {
    const name = waitingName(AFTER_TIME, priority, child, {});
    // It may have come back, or been edited, on another machine.
    if (store.files.exists(pathIn(store, "pending", name), "fresh")) return name;
  }
}

/**
 * Releases every job whose release a crash cut off.
 *
 * @returns Whether any was released.
 */
export async function releaseOverlooked(store: Store): Promise<boolean> {
  let released = false;
  for (const { name } of [...listIfThere(store, pathIn(store, "after"), "fresh")]) {
    if (ID_PATTERN.test(name) && endOf(store, name)) {
      released = await releaseChildren(store, name) || released;
    }
  }
  return released;
}

/** Why a released job cannot run: one of its parents is dead. */
export function lostParent(store: Store, job: Job): string | undefined {
  if (job.after_any) return undefined;
  const dead = parentsOf(job).find((parent) => endOf(store, parent) === "dead");
  return dead === undefined ? undefined : `job ${dead}, which it waited for, is dead`;
}

/**
 * Whether a claimed job must wait all the same: it was dropped by hand, or retried, before a parent
 * ended.
 */
export function stillWaits(store: Store, job: Job): boolean {
  const open = unendedParents(store, job);
  return open.length > 0 && findTaken(store, new Set(open)) !== undefined;
}

/** The parents of a job that have not ended; some may be missing, and are not waited for. */
function unendedParents(store: Store, job: Job): string[] {
  return parentsOf(job).filter((parent) => endOf(store, parent) === undefined);
}

/**
 * Makes a claimed job wait for its parents again.
 *
 * @param claimed The path of its file in processing/.
 */
export async function waitAgain(store: Store, job: Job, claimed: string): Promise<void> {
  await markChildren(store, [job]);
  const name = waitingName(AFTER_TIME, job.priority, job.id, job);
  renameBack(store, claimed, pathIn(store, "pending", name));
  releaseIfReady(store, job.id);
}

/** When a job that nobody holds is ready: at its `run_at`, now, or once its parents have ended. */
export function readyTime(store: Store, job: Job): number {
  const waits = openParents(store, job).length > 0 && !isReady(store, job);
  return waits ? AFTER_TIME : Math.max(store.now(), Date.parse(job.run_at));
}

/** The jobs in the queue that a job has to wait for. */
export function openParents(store: Store, job: Job): string[] {
  if (job.attempts > 0) return [];
  const open = unendedParents(store, job);
  if (open.length === 0) return open;
  const present = presentIds(store, new Set(open));
  return open.filter((parent) => present.has(parent));
}
