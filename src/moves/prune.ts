/**
 * Removing jobs that have ended, so that a queue keeps its size.
 *
 * @module
 */

import { type Entry, entryAt } from "../contents/entries.ts";
import { foldersOf, selector } from "../inspect/selection.ts";
import { QueueError } from "../text/errors.ts";
import { removeInputs, removeOwnInputs, withInput } from "../contents/inputs.ts";
import { leftByWaiting } from "../contents/left_directories.ts";
import { logName } from "../contents/logs.ts";
import type { Config } from "../format/settings.ts";
import { retentionOf } from "../format/retention.ts";
import { isUlid, timeOfId } from "../format/ids.ts";
import { ID_PATTERN } from "../format/names.ts";
import { flush, flushChange, listIfThere, pathIn, type Store } from "../store/store.ts";
import { timeOfFiles } from "../store/temporary_files.ts";
import { pruneRecords } from "./prune_records.ts";
import { tryLockQueue } from "../store/queue_lock.ts";
import { freeStaleKeys, staleKeys } from "../constraints/unique.ts";

/** A state that jobs can be pruned from. */
export type EndedState = "done" | "dead";

/** What to remove. With both `olderThan` and `keep`, a job must be old and not among the newest. */
export interface PruneOptions {
  /** Where; `cancelled` is a part of `dead`. Default: everywhere. */
  states?: readonly (EndedState | "cancelled")[];
  /** Only jobs that have all of these tags. */
  tags?: readonly string[];
  /** Only jobs of this group. */
  group?: string;
  /**
   * Only jobs that ended more than this many milliseconds ago; also history, and logs of exited
   * workers.
   */
  olderThan?: number;
  /** How many of each state stay: those that ended last. */
  keep?: number;
  /** Whether history and logs stay. Default: no. */
  jobsOnly?: boolean;
  /** Whether only to count. */
  dryRun?: boolean;
  /** Asked now and then: whether to stop early. */
  stop?: () => boolean;
  /**
   * Called for each state before anything is removed, with how many stay and the milliseconds it
   * took to look.
   */
  looked?: (staying: number, took: number) => void;
}

/** What pruning removed. */
export interface Pruned {
  /** Jobs removed, with their logs, by state. */
  removed: Record<EndedState, number>;
  /** Jobs that stay only because others wait for them. */
  awaited: number;
  /** Files of the history that were removed. */
  history: number;
  /** Log files removed, of workers that have exited. */
  worker_logs: number;
}

/**
 * What a worker prunes by `keep_done` or `keep_dead`; `undefined` where all are kept.
 *
 * @param keep The value of that setting.
 *
 * @example
 * ```ts
 * import { pruningOf } from "./prune.ts";
 *
 * pruningOf("done", 1000); // { states: ["done"], keep: 1000, … }
 * ```
 */
export function pruningOf(state: EndedState, keep: Config["keep_done"]): PruneOptions | undefined {
  const retention = retentionOf(keep);
  return retention &&
    { states: [state], keep: retention.count, olderThan: retention.age, jobsOnly: true };
}

/** How many names are looked at before other work has a turn. */
const SLICE = 500;

/** How many jobs are removed at once. */
const REMOVED_AT_ONCE = 64;

/**
 * Removes jobs that have ended, and their logs, but no job that others wait for. A job ended when
 * its file was written, and is as old as a file written now says.
 *
 * @throws {QueueError} If none of `olderThan`, `keep`, `tags` and `group` is given.
 *
 * @example
 * ```ts
 * import { pruneJobs, Queue } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * const olderThan = 7 * 86_400_000;
 * const { removed } = await pruneJobs(queue.store, { states: ["done"], olderThan });
 * ```
 */
export async function pruneJobs(store: Store, options: PruneOptions): Promise<Pruned> {
  const { states = ["done", "dead"], tags, group, olderThan, keep, dryRun = false } = options;
  if ([olderThan, keep, tags, group].every((given) => given === undefined)) {
    throw new QueueError("nothing says what to prune: give an age, a number to keep, or tags");
  }
  // By the clock that dates the files: what is young must stay, also where this machine's is ahead.
  // What changed within the tick of that clock has changed before.
  const before = olderThan === undefined ? Infinity : timeOfFiles(store) - olderThan + 1;
  const pruned: Pruned = {
    removed: { done: 0, dead: 0 },
    awaited: 0,
    history: 0,
    worker_logs: 0,
  };
  const isMeant = selector(store, { states, tags, group });
  for (const state of foldersOf(states) as readonly EndedState[]) {
    await pruneState(store, state, before, options, isMeant, pruned);
  }
  if (pruned.removed.done + pruned.removed.dead > 0 && !dryRun) {
    freeStaleKeys(store, await staleKeys(store, options.stop));
  }
  if (olderThan !== undefined && !options.jobsOnly) {
    Object.assign(pruned, await pruneRecords(store, before, dryRun));
  }
  return pruned;
}

async function pruneState(
  store: Store,
  state: EndedState,
  before: number,
  { keep = 0, states, tags, group, dryRun = false, stop, looked }: PruneOptions,
  isMeant: (entry: Entry) => boolean,
  pruned: Pruned,
): Promise<void> {
  const begun = performance.now();
  const isStopped = async () => (await giveWay(), stop?.() ?? false);
  const ranksAll = keep === 0 || (!tags && group === undefined && !states?.includes("cancelled"));
  const ids: string[] = [];
  let [seen, staying] = [0, 0];
  for (const { name, kind } of store.files.list(pathIn(store, state))) {
    if (++seen % SLICE === 0 && await isStopped()) return;
    if (kind !== "file" || !name.endsWith(".json")) continue;
    const id = name.slice(0, -".json".length);
    if (!ID_PATTERN.test(id)) continue;
    const made = timeOfId(id);
    // A job made since cannot have ended before, so most files need no look.
    if (ranksAll && made !== undefined && made >= before) staying++;
    else ids.push(id);
  }
  const ended: { id: string; time: number }[] = [];
  // Those that stay for their age are the newest: only the rest of `keep` is to be found.
  if (staying + ids.length > keep) {
    for (const id of ids) {
      if (++seen % SLICE === 0 && await isStopped()) return;
      if (!isMeant(entryAt(state, `${id}.json`))) continue;
      const time = store.files.stat(pathIn(store, state, `${id}.json`))?.mtime;
      if (time !== undefined) ended.push({ id, time });
    }
  }
  const left = keep - staying;
  if (left > 0) {
    ended.sort((a, b) => b.time - a.time || (a.id < b.id ? 1 : -1));
    ended.splice(0, left);
  }
  const old = ended.filter(({ time }) => time < before).map(({ id }) => id);
  const awaited = old.length > 0 ? parents(store) : new Set();
  const free = old.filter((id) => !awaited.has(id));
  pruned.awaited += old.length - free.length;
  looked?.(staying + ids.length - free.length, performance.now() - begun);
  if (free.length > 0 && !dryRun) {
    // A power cut could bring back what settling a job has removed from tmp/, to be run again, and
    // only the settled file that is about to go would tell that it has been run.
    await flush(store, [pathIn(store, "tmp"), ...leftByWaiting(store)]);
    pruned.removed[state] += await removeEach(store, state, free, stop ?? (() => false));
  } else pruned.removed[state] += free.length;
}

/** Removes jobs and their logs, a slice at a time; returns how many were still there. */
async function removeEach(
  store: Store,
  state: EndedState,
  ids: readonly string[],
  stop: () => boolean,
): Promise<number> {
  let removed = 0;
  const inputs: string[] = [];
  for (let at = 0; at < ids.length && !stop(); at += REMOVED_AT_ONCE) {
    const slice = ids.slice(at, at + REMOVED_AT_ONCE);
    const results = await store.files.removeEach(
      slice.map((id) => pathIn(store, state, `${id}.json`)),
    );
    // The log of a job that was retried meanwhile is not ours to remove.
    const gone = slice.filter((_, index) => results[index] === true);
    await store.files.removeEach(gone.map((id) => pathIn(store, state, logName(id))));
    inputs.push(...withInput(store, gone));
    removed += gone.length;
    const refused = results.find((result) => result instanceof Error);
    if (refused) throw refused;
  }
  if (removed > 0) {
    await flushChange(store, [pathIn(store, state)], `${removed} jobs were removed`);
  }
  if (inputs.length > 0) await removeTheirInputs(store, inputs);
  return removed;
}

async function removeTheirInputs(store: Store, ids: readonly string[]): Promise<void> {
  await removeOwnInputs(store, ids);
  const chosen = ids.filter((id) => !isUlid(id));
  if (chosen.length === 0) return;
  // If another program holds the lock it may be choosing one of these IDs: they are removed later,
  // as stale.
  using lock = tryLockQueue(store);
  if (lock) await removeInputs(store, chosen);
}

/** The jobs that others wait for. */
function parents(store: Store): Set<string> {
  return new Set([...listIfThere(store, pathIn(store, "after"), "fresh")].map(({ name }) => name));
}

function giveWay(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
