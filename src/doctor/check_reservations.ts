/**
 * Checks that keys and notes in after/ belong to jobs that are in the queue.
 *
 * @module
 */

import { quotedWord } from "../text/shown_text.ts";
import { circleAmong } from "../constraints/dependency_faults.ts";
import { markChildren, parentsOf, releaseIfReady } from "../constraints/dependencies.ts";
import { type Entry, readEntry } from "../contents/entries.ts";
import { QueueError } from "../text/errors.ts";
import type { Job } from "../format/job.ts";
import { AFTER_TIME, ID_PATTERN } from "../format/names.ts";
import { isOpen, removeStaleKeys, staleKeys } from "../constraints/unique.ts";
import { namesIn, removeMarkerFolder, removeStaleMarkers } from "../constraints/stale_notes.ts";
import { pathIn, type Store } from "../store/store.ts";
import { findTaken } from "../contents/taken_ids.ts";
import { tryLockQueue } from "../store/queue_lock.ts";
import type { Jobs } from "./check_jobs.ts";
import type { Examination } from "./examination.ts";

/**
 * Checks that each key in unique/ names a job that is in the queue. Says nothing while a program
 * adds jobs: it takes all their keys first.
 */
export async function checkReservations(examination: Examination): Promise<void> {
  const { store } = examination;
  if ((await staleKeys(store)).length === 0 || isAdding(store)) return;
  for (const name of await staleKeys(store)) {
    await examination.fix(
      `unique/${JSON.stringify(name)} names a missing job`,
      "frees the key",
      () => whileNoneAdds(store, () => removeStaleKeys(store, [name])),
    );
  }
}

/**
 * Checks that each note in after/ is of a job that has not ended. Says nothing of what a program
 * may have noted that adds jobs: it makes all their notes first.
 */
export async function checkMarkers(examination: Examination, jobs: Jobs): Promise<void> {
  const { store } = examination;
  const wasOpen = (id: string) =>
    jobs.places.get(id)?.some(({ state }) => state !== "done" && state !== "dead") ?? false;
  for (const parent of namesIn(store, pathIn(store, "after"))) {
    const children = namesIn(store, pathIn(store, "after", parent));
    noteHopeless(examination, jobs, parent, children);
    for (const child of children) {
      // Looked up only if the first pass did not see it: that reads the names of all jobs.
      const isThere = () => ID_PATTERN.test(child) && isOpen(store, child, undefined);
      if (wasOpen(child) || isThereOrComing(store, isThere)) continue;
      const marker = `${parent}/${child}`;
      if (!store.files.exists(pathIn(store, "after", marker))) continue;
      await examination.fix(
        `after/${JSON.stringify(marker)} is the note of a job that has ended or is missing`,
        "removes it",
        () => whileNoneAdds(store, () => removeStaleMarkers(store, [{ parent, child }])),
      );
    }
    const folder = pathIn(store, "after", parent);
    const isUsed = () => !store.files.exists(folder) || namesIn(store, folder).length > 0;
    if (children.length > 0 || isThereOrComing(store, isUsed)) continue;
    await examination.fix(
      `after/${JSON.stringify(parent)} is of a job that no other waits for`,
      "removes it",
      () => removeMarkerFolder(store, parent),
    );
  }
}

/**
 * Checks that each job that waits for others has its notes in after/, without which nobody releases
 * it, and that no jobs wait for each other in a circle.
 */
export async function checkWaiting(examination: Examination, jobs: Jobs): Promise<void> {
  const { store } = examination;
  const links = new Map<string, string[]>();
  for (const [id, places] of jobs.places) {
    for (const entry of places) {
      if (entry.state !== "pending" || entry.time !== AFTER_TIME) continue;
      const job = readEntry(store, entry);
      if (!job || job.malformed !== undefined) continue;
      links.set(id, parentsOf(job).filter((parent) => parent !== id));
      const unnoted = parentsOf(job).filter((parent) =>
        !store.files.exists(pathIn(store, "after", `${parent}/${id}`), "fresh")
      );
      if (unnoted.length === 0 || !isThere(store, entry)) continue;
      await examination.fix(
        `${id} waits for ${unnoted.join(", ")} without a note in after/`,
        "adds the note, so that the job is released",
        () => whileNoneAdds(store, () => noteWaiting(store, entry, job)),
      );
    }
  }
  noteCircles(examination, links);
}

/** Notes jobs that wait for each other: dropped by hand, as `enqueue` refuses them. */
function noteCircles(examination: Examination, links: Map<string, string[]>): void {
  for (;;) {
    const circle = circleAmong([...links.keys()].sort(), (id) => links.get(id) ?? []);
    if (!circle) return;
    examination.note(
      `these jobs wait for each other: ${circle.join(" after ")}`,
      `change what one of them waits for: queuectl edit ${quotedWord(circle[0]!)}`,
    );
    for (const id of circle) links.delete(id);
  }
}

async function noteWaiting(store: Store, entry: Entry, job: Job): Promise<void> {
  if (!isThere(store, entry)) return;
  await markChildren(store, [job]);
  releaseIfReady(store, job.id);
}

function isThere(store: Store, entry: Entry): boolean {
  return store.files.exists(pathIn(store, entry.state, entry.path));
}

/**
 * Notes jobs that wait for themselves or for a job that was removed by hand. Says nothing while a
 * program adds jobs: the missing one may be among them.
 */
function noteHopeless(
  examination: Examination,
  jobs: Jobs,
  parent: string,
  children: readonly string[],
): void {
  const { store } = examination;
  for (const child of children) {
    const isOwn = parent === child;
    if (!isOwn && (jobs.places.has(parent) || !ID_PATTERN.test(parent))) continue;
    const isTaken = () => findTaken(store, new Set([parent])) !== undefined;
    if (!isOpen(store, child, undefined) || (!isOwn && isThereOrComing(store, isTaken))) continue;
    if (isOwn) {
      const remedy = `change what it waits for: queuectl edit ${quotedWord(child)}`;
      examination.note(`${child} waits for itself`, remedy);
      continue;
    }
    examination.note(
      `${child} waits for ${parent}, which is missing`,
      `release it: queuectl release ${quotedWord(child)}`,
    );
  }
}

/** Whether something is there, or a program is adding jobs, and may be about to put it there. */
function isThereOrComing(store: Store, isThere: () => boolean): boolean {
  // It may have been put there before the lock was free.
  return isThere() || isAdding(store) || isThere();
}

/** Whether a program may be adding jobs whose keys and notes are there already. */
function isAdding(store: Store): boolean {
  using lock = tryLockQueue(store);
  return lock === undefined;
}

/** Acts under the queue's lock: keys and notes are made under it before their job is there. */
async function whileNoneAdds(store: Store, action: () => void | Promise<void>): Promise<void> {
  using lock = tryLockQueue(store);
  if (!lock) throw new QueueError("another program is adding jobs; try again");
  await action();
}
