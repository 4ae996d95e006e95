/**
 * Counting jobs, and finding them by state or by ID.
 *
 * @module
 */

import { endOf, entries, type Entry, entryAt, jobPaths, nameOf, standalone } from "./entries.ts";
import { idsFrom, isUlid, timeOfId } from "../format/ids.ts";
import {
  formatStamp,
  HELD_TIME,
  ID_PATTERN,
  idInName,
  JOB_STATES,
  type JobState,
} from "../format/names.ts";
import { pathIn, type Store } from "../store/store.ts";

/** How many jobs are in each state. */
export interface Counts {
  /** Ready, and not claimed yet. */
  pending: number;
  /** In pending/, and not due yet. */
  delayed: number;
  /** Claimed by a worker. */
  processing: number;
  /** Succeeded. */
  done: number;
  /** Waiting for a retry. */
  failed: number;
  /** Out of retries, cancelled, or malformed. */
  dead: number;
}

/**
 * Counts the jobs of each state by their names; reads no job file.
 *
 * @param placed Gets the number of ready jobs of each place where jobs may only run.
 */
export function countJobs(store: Store, placed?: Map<string, number>): Counts {
  const counts: Counts = { pending: 0, delayed: 0, processing: 0, done: 0, failed: 0, dead: 0 };
  const now = store.now();
  const present = formatStamp(now);
  for (const path of jobPaths(store, "pending")) {
    const name = nameOf(path);
    // Names are ordered by time, so most need not be parsed.
    if (name < present || entryAt("pending", path).time <= now) {
      counts.pending++;
      if (placed && name.includes("+")) {
        const { where } = entryAt("pending", path);
        if (where !== undefined) placed.set(where, (placed.get(where) ?? 0) + 1);
      }
    } else counts.delayed++;
  }
  for (const _ of entries(store, "processing")) counts.processing++;
  for (const state of ["failed", "done", "dead"] as const) {
    for (const _ of jobPaths(store, state)) counts[state]++;
  }
  return counts;
}

/**
 * Whether no job is ready, running or to be retried: all that is left waits for a time, a person or
 * other such jobs.
 *
 * @param waits Whether a job that looks ready, or is to be retried, waits for a person all the
 * same. Default: none does.
 * @param until A job that is ready by then counts as ready. Default: now.
 */
export function isAtRest(
  store: Store,
  waits: (entry: Entry) => boolean = () => false,
  until: number = store.now(),
): boolean {
  // A file that names no worker was put there by hand; nobody runs it.
  for (const { worker } of entries(store, "processing")) if (worker) return false;
  for (const entry of entries(store, "pending")) {
    if (entry.time <= until && !waits(entry)) return false;
  }
  for (const entry of entries(store, "failed")) {
    if (entry.time < HELD_TIME && !waits(entry)) return false;
  }
  return true;
}

/** When a job was made, by the ULID in its name; of another ID, about when it was last moved. */
export function madeAt(store: Store, entry: Entry): number {
  const made = timeOfId(entry.id);
  if (made !== undefined) return made;
  // A stamp ahead says nothing of when the job was made.
  if (entry.time > 0 && entry.time <= store.now()) return entry.time;
  return store.files.stat(pathIn(store, entry.state, entry.path))?.mtime ?? 0;
}

/**
 * The newest jobs of some states by the time they were made, newest last. Keeps a few times the
 * limit in memory.
 *
 * @param limit How many at most; `Infinity` for all.
 * @param isWanted Whether a job counts. Default: all do.
 */
export function newestEntries(
  store: Store,
  states: readonly JobState[] = JOB_STATES,
  limit: number = Infinity,
  isWanted: (entry: Entry) => boolean = () => true,
): Entry[] {
  const found: { made: number; entry: Entry }[] = [];
  /** Every ULID before this one is older than all kept jobs. */
  let oldest = "";
  const keepNewest = () => {
    found.sort((a, b) => a.made - b.made || (a.entry.id < b.entry.id ? -1 : 1));
    if (found.length < limit) return;
    found.splice(0, found.length - limit);
    oldest = idsFrom(found[0]!.made);
  };
  const add = (entry: Entry) => {
    if (!isWanted(entry)) return;
    found.push({ made: madeAt(store, entry), entry });
    if (found.length >= 4 * limit + 1000) keepNewest();
  };
  if (limit <= 0) return [];
  for (const state of states) {
    if (state === "processing") entries(store, state).forEach(add);
    else {
      for (const path of jobPaths(store, state)) {
        if (oldest === "" || !isOlder(nameOf(path), oldest)) add(entryAt(state, standalone(path)));
      }
    }
  }
  keepNewest();
  return found.map(({ entry }) => entry);
}

/** Whether the ID in a name is a ULID that comes before another; cheap, for a million names. */
function isOlder(name: string, id: string): boolean {
  const own = idInName(name);
  return own < id && isUlid(own);
}

/**
 * The jobs with these IDs, whole and exact, in no order. Lists no ended jobs: there may be a
 * million, and the ID alone says their names.
 */
export function entriesOf(store: Store, ids: readonly string[]): Entry[] {
  const found: Entry[] = [];
  const wanted = new Set(ids);
  const take = (entry: Entry) => {
    if (wanted.delete(entry.id)) found.push(entry);
  };
  for (const id of ids) {
    const end = ID_PATTERN.test(id) ? endOf(store, id) : undefined;
    if (end) take(entryAt(end, `${id}.json`));
  }
  for (const state of ["pending", "failed"] as const) {
    if (wanted.size === 0) return found;
    for (const path of jobPaths(store, state)) {
      if (wanted.has(idInName(nameOf(path)))) take(entryAt(state, path));
    }
  }
  if (wanted.size > 0) entries(store, "processing").forEach(take);
  return found;
}

/**
 * The jobs whose ID equals, begins with, or (4 characters or more) ends with a text; an exact match
 * alone.
 */
export function matchingEntries(store: Store, text: string): Entry[] {
  if (text === "") return [];
  const end = ID_PATTERN.test(text) ? endOf(store, text) : undefined;
  if (end) return [entryAt(end, `${text}.json`)];
  const matches = new Map<string, Entry>();
  for (const state of JOB_STATES) {
    for (const entry of entries(store, state)) {
      if (entry.id === text) return [entry];
      if (entry.id.startsWith(text) || (text.length >= 4 && entry.id.endsWith(text))) {
        matches.set(entry.id, entry);
      }
    }
  }
  return [...matches.values()];
}
