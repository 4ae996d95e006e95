/**
 * Names of claimed jobs that a volume which machines share brought back. Such a file system keeps
 * copies; one that was away still has names that were renamed or removed meanwhile, and when it is
 * made whole they can appear in the others, some of them without their content.
 *
 * @module
 */

import type { Job } from "../format/job.ts";
import { ifThere, pathIn, type Store } from "../store/store.ts";
import { endOf, entries } from "./entries.ts";
import { findPlaces, hasGoneOn, isSameJob, saysWhenMade } from "./same_job.ts";

/**
 * Whether somebody else has a claimed job too, or has run it meanwhile, as a name that came back
 * was renamed twice. To be asked by one who found the log of the attempt made by another, or is
 * about to change the job: that one lets go of it.
 *
 * @param name Its name in processing/.
 * @param job The job as that file has it.
 */
export function isAnothers(store: Store, name: string, job: Job): boolean {
  const own = pathIn(store, "processing", name);
  // In the order in which a job goes on.
  const places = findPlaces(store, new Set([job.id]), true, ["processing", "failed"]);
  return places.some((place) =>
    place.path !== own && isSameJob(place.job, job) &&
    (place.entry.state === "processing" || hasGoneOn(place.job, job))
  );
}

/**
 * Whether the job of a name has gone on elsewhere: then the name's worker removes it, whoever
 * recovers that one, or who claims it.
 *
 * @param others The other jobs of its ID.
 */
export function isLeftBehind(
  store: Store,
  path: string,
  job: Job,
  others: readonly Job[],
): boolean {
  return others.some((other) => hasGoneOn(other, job)) &&
    ifThere(() => saysWhenMade(store, path)) === true;
}

/**
 * Whether a name in processing/ leads to an empty file, and its job is elsewhere. The name of
 * another job that was dropped by hand says neither time nor priority, and is no such one.
 */
export function isHollow(store: Store, name: string, id: string): boolean {
  const path = pathIn(store, "processing", name);
  if (store.files.isLocal(store.dir) || store.files.stat(path, "fresh")?.size !== 0) return false;
  return (["processing", "failed", "pending"] as const).some((state) =>
    entries(store, state).some((entry) => entry.id === id && entry.path !== name)
  ) || endOf(store, id) !== undefined;
}
