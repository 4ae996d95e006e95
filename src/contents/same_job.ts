/**
 * Whether two files of one ID are one job at two times. Where the file system does not flush the
 * directory that a rename leaves, a power cut can bring back the old name: then one job lies in two
 * places, and the later one counts.
 *
 * @module
 */

import { dirname } from "@std/path/posix/dirname";
import type { Job } from "../format/job.ts";
import { ID_PATTERN, type JobState } from "../format/names.ts";
import type { FileStat } from "../fs/file_port.ts";
import { haveOneFile } from "../fs/rename_by_link.ts";
import { flush, ifThere, pathIn, readIfThere, removeIfThere, type Store } from "../store/store.ts";
import {
  type Entry,
  entryAt,
  entryPath,
  jobPaths,
  readJobFile,
  settlingEntries,
} from "./entries.ts";
import { logName } from "./logs.ts";

/** Where a file of a job lies. */
export interface Place {
  /** The job as that file has it. */
  job: Job;
  /** Its name and state. */
  entry: Entry;
  /** Its path. */
  path: string;
  /** The file: a name that came back leads to the same one as the newer name. */
  stat: FileStat;
}

/** A file and its name. */
type Named = Pick<Place, "path" | "stat">;

/**
 * Whether two names lead to one file. A network file system's client still shows a name that
 * another machine has renamed, and the same file under it; but the file then has one name only,
 * which the server is asked before one is removed.
 */
function areOneFile(store: Store, one: Named, other: Named): boolean {
  return one.stat.identity === other.stat.identity && one.stat.links > 1 &&
    ifThere(() => haveOneFile(store.files, one.path, other.path)) === true;
}

/**
 * Whether two files of one ID are one job at two times, and not two jobs of which one was dropped
 * by hand.
 */
export function isSameJob(one: Job, other: Job): boolean {
  return one.id === other.id && one.created_at === other.created_at;
}

/**
 * Whether the first is the second job at a later time: it has all its attempts, and more has
 * happened.
 */
export function hasGoneOn(later: Job, earlier: Job): boolean {
  if (!isSameJob(later, earlier) || later.history.length < earlier.history.length) return false;
  const begins = earlier.history.every((attempt, at) =>
    attempt?.started_at === later.history[at]?.started_at
  );
  if (!begins) return false;
  return later.history.length > earlier.history.length ||
    Date.parse(later.updated_at) > Date.parse(earlier.updated_at);
}

/**
 * The files in the state directories of the jobs of some IDs.
 *
 * @param settling Whether also those in tmp/ that are being settled.
 * @param states Where to look besides done/ and dead/. Default: everywhere.
 */
export function findPlaces(
  store: Store,
  ids: ReadonlySet<string>,
  settling: boolean,
  states: readonly JobState[] = ["failed", "processing", "pending"],
): Place[] {
  const found: Place[] = [];
  for (const state of states) {
    for (const path of jobPaths(store, state)) {
      const entry = entryAt(state, path);
      if (ids.has(entry.id)) found.push(...placesAt(store, entry));
    }
    if (state !== "processing" || !settling) continue;
    for (const entry of settlingEntries(store)) {
      if (ids.has(entry.id)) found.push(...placesAt(store, entry));
    }
  }
  // Last: so a job that ends meanwhile is found here.
  for (const id of ids) found.push(...endedPlaces(store, id, "fresh"));
  return found;
}

/**
 * The files of jobs of this ID that have ended: a power cut can bring back one beside the other.
 *
 * @param how Without `fresh`, one that ended just now on another machine may be missing.
 */
function endedPlaces(store: Store, id: string, how?: "fresh"): Place[] {
  return (["done", "dead"] as const)
    .filter((state) => store.files.exists(pathIn(store, state, `${id}.json`), how))
    .flatMap((state) =>
      placesAt(store, { id, state, path: `${id}.json`, time: 0, priority: 0, bare: true })
    );
}

/** The place of an entry; none if it has moved on, or is no job. */
function placesAt(store: Store, entry: Entry): Place[] {
  const path = entryPath(store, entry);
  const stat = store.files.stat(path, "fresh");
  const job = stat && ifThere(() => readJobFile(store, path, stat, entry.id))?.job;
  return job ? [{ job, entry, path, stat }] : [];
}

/**
 * Whether a job's file itself says when the job was made. Else the time of the file stands for it,
 * which copies can share: so nothing may be removed because of it.
 *
 * @param path Of the file, which can be read as a job.
 */
export function saysWhenMade(store: Store, path: string): boolean {
  const { created_at } = JSON.parse(new TextDecoder().decode(store.files.read(path)));
  return created_at !== undefined;
}

/** Removes the old name of a file of which a crash left both names; whether it did. */
export function endLinking(store: Store, from: string, to: string): boolean {
  return store.files.exists(to, "fresh") &&
    ifThere(() => haveOneFile(store.files, from, to)) === true &&
    removeIfThere(store, from);
}

/**
 * Removes a name that a power cut brought back, and notes its directory; `false` if it was gone.
 */
export function removeStale(store: Store, path: string, changed: Set<string>): boolean {
  if (!removeIfThere(store, path)) return false;
  changed.add(dirname(path));
  return true;
}

/**
 * Makes the removal of names that a power cut brought back durable, before their job is published
 * under another: else the next power cut brings them back beside it.
 */
export async function flushRemovals(store: Store, changed: ReadonlySet<string>): Promise<void> {
  await flush(store, [...changed].filter((directory) => store.files.exists(directory)));
}

/**
 * Whether a job that a dead worker seems to run has ended, or gone on, under another name: then a
 * power cut brought back this one. Removes the names under which the job waited before, if they
 * were brought back too.
 *
 * @param name The name in processing/.
 * @param job The job as that file has it.
 * @param places Where files of its ID lie, this one among them.
 * @param changed Gets the directories that names were removed from: see {@linkcode flushRemovals}.
 */
export function isElsewhere(
  store: Store,
  name: string,
  job: Job,
  places: readonly Place[],
  changed: Set<string>,
): boolean {
  const ownPath = pathIn(store, "processing", name);
  const own = places.find(({ path }) => path === ownPath);
  const time = own?.entry.time ?? 0;
  if (places.every((place) => place === own)) return false;
  const isOld = saysWhenMade(store, ownPath);
  return places.some((place) => {
    const { entry: { state, time: since }, path } = place;
    if (place === own) return false;
    if (isOld && hasGoneOn(place.job, job)) return true;
    const isSameFile = own !== undefined && areOneFile(store, own, place);
    if (state === "pending" || state === "failed") {
      // Already gone means that another worker has just claimed it and runs it.
      return (isSameFile || (isOld && hasGoneOn(job, place.job))) &&
        !removeStale(store, path, changed);
    }
    // Of two claims of one name the later counts; a retry was asked for of a job that ended, and
    // not acknowledged.
    return isSameFile && (state !== "processing" || since > time);
  });
}

/**
 * Why the content of a job that queuectl named is not its own: it is that of another job, which has
 * ended. A network file system that repairs itself from a copy can swap two files.
 */
export function swapFault(
  store: Store,
  id: string,
  { job, otherId }: { job?: Job; otherId?: string },
): string | undefined {
  if (!job || otherId === undefined || !ID_PATTERN.test(otherId)) return undefined;
  // A job that got another ID than its own, as that was taken, keeps the old one inside.
  if (id.startsWith(`${otherId.slice(0, 37)}-`)) return undefined;
  const own = { ...job, id: otherId };
  const end = endedPlaces(store, otherId).find((place) =>
    isSameJob(place.job, own) && place.job.history.length >= job.history.length
  );
  return end && `its content is that of job ${otherId}, which is ${end.entry.state}`;
}

/**
 * Whether a power cut brought back a claimed name: the job has run since, and has ended or waits
 * for its retry. Costs two looks at names that are mostly missing. A file dropped by hand that
 * never ran is another job.
 *
 * @param name Its name in processing/.
 */
export async function wasBroughtBack(
  store: Store,
  { id, state, bare }: Pick<Entry, "id" | "state" | "bare">,
  name: string,
  job: Job,
): Promise<boolean> {
  if (!ID_PATTERN.test(id) || (bare && job.history.length === 0)) return false;
  const hasNotRun = state === "pending" && job.history.length === 0;
  const [isDone, isDead, hasFailed] = await Promise.all([
    store.files.existsUnblocked(pathIn(store, "done", `${id}.json`)),
    store.files.existsUnblocked(pathIn(store, "dead", `${id}.json`)),
    // A job that never ran, and yet has a log: of the attempt that failed.
    hasNotRun && store.files.existsUnblocked(pathIn(store, "failed", logName(id))),
  ]);
  const places = isDone || isDead ? endedPlaces(store, id) : [];
  if (hasFailed) places.push(...findPlaces(store, new Set([id]), false));
  if (places.length === 0) return false;
  const path = pathIn(store, "processing", name);
  const file = store.files.stat(path, "fresh");
  const isOld = saysWhenMade(store, path);
  const own = { ...job, id };
  // A copy of the file in done/ or dead/: a retry would have taken that away.
  const { led_to } = job.history.at(-1) ?? {};
  const isCopy = !bare && (led_to === "done" || led_to === "dead");
  return places.some((place) => {
    if (place.path === path) return false;
    if (file && areOneFile(store, { path, stat: file }, place)) return true;
    if (!isOld) return false;
    if (hasGoneOn(place.job, own)) return true;
    // A name that a client still shows though it is gone leads to this file, or to an earlier one.
    return isCopy && file?.identity !== place.stat.identity && isSameJob(place.job, own) &&
      place.job.history.length >= own.history.length;
  });
}

/** Whether two files are there and have the same content. */
export function haveSameContent(store: Store, a: string, b: string): boolean {
  const [one, other] = [store.files.stat(a), store.files.stat(b)];
  if (one?.kind !== "file" || other?.kind !== "file" || one.size !== other.size) return false;
  const [left, right] = [readIfThere(store, a), readIfThere(store, b)];
  return left?.every((byte, index) => byte === right?.[index]) ?? false;
}
