/**
 * Which jobs there are, and how many.
 *
 * @module
 */

import { entries, type Entry } from "./entries.ts";
import { HELD_TIME, ID_PATTERN, JOB_STATES, type JobState, timeOfId } from "./names.ts";
import { pathIn, type Store } from "./store.ts";

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

/** Counts the jobs of each state by their names; no job file is read. */
export function countJobs(store: Store): Counts {
  const counts: Counts = { pending: 0, delayed: 0, processing: 0, done: 0, failed: 0, dead: 0 };
  const now = store.now();
  for (const { time } of entries(store, "pending")) {
    if (time > now) counts.delayed++;
    else counts.pending++;
  }
  for (const _ of entries(store, "processing")) counts.processing++;
  for (const _ of entries(store, "failed")) counts.failed++;
  for (const state of ["done", "dead"] as const) {
    for (const { name } of store.files.list(pathIn(store, state))) {
      if (name.endsWith(".json") && !name.startsWith(".")) counts[state]++;
    }
  }
  return counts;
}

/**
 * Whether nothing is left to do but what waits for a time, for a person, or for such jobs: nothing is ready, runs,
 * or is to be retried.
 */
export function isAtRest(store: Store): boolean {
  const now = store.now();
  for (const _ of entries(store, "processing")) return false;
  for (const { time } of entries(store, "pending")) if (time <= now) return false;
  for (const { time } of entries(store, "failed")) if (time < HELD_TIME) return false;
  return true;
}

/** When a job was made, as far as its name tells: in its ULID, or else about when it was last moved. */
function madeAt(store: Store, entry: Entry): number {
  return timeOfId(entry.id) ?? (entry.time ||
    (store.files.stat(pathIn(store, entry.state, entry.path))?.mtime ?? 0));
}

/**
 * The newest jobs of some states by the time they were made, newest last. Keeps no more of them in
 * memory than a few times the limit.
 *
 * @param limit The most to give; `Infinity` for all.
 */
export function newestEntries(
  store: Store,
  states: readonly JobState[] = JOB_STATES,
  limit: number = Infinity,
): Entry[] {
  const found: { made: number; entry: Entry }[] = [];
  const settle = () => {
    found.sort((a, b) => a.made - b.made || (a.entry.id < b.entry.id ? -1 : 1));
    if (found.length > limit) found.splice(0, found.length - limit);
  };
  if (limit <= 0) return [];
  for (const state of states) {
    for (const entry of entries(store, state)) {
      found.push({ made: madeAt(store, entry), entry });
      if (found.length >= 4 * limit + 1000) settle();
    }
  }
  settle();
  return found.map(({ entry }) => entry);
}

/**
 * The jobs whose ID is, begins with, or (4 characters or more) ends with a text. An exact match
 * stands alone.
 */
export function matchingEntries(store: Store, text: string): Entry[] {
  if (text === "") return [];
  if (ID_PATTERN.test(text)) {
    for (const state of ["done", "dead"] as const) {
      const path = `${text}.json`;
      if (store.files.stat(pathIn(store, state, path))) {
        return [{ id: text, time: 0, priority: 5, bare: true, state, path }];
      }
    }
  }
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
