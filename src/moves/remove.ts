/**
 * Removing jobs that do not run, with their logs, inputs, keys and markers.
 *
 * @module
 */

import { dirname } from "@std/path/posix/dirname";
import { dropEmptyBatch, type Entry, readEntry } from "../contents/entries.ts";
import { QueueError } from "../text/errors.ts";
import { beingChanged, entryAtRest } from "../inspect/entry_at_rest.ts";
import { entryWithId } from "../inspect/find_job.ts";
import { foldersOf, meansNone, type Selection, selector } from "../inspect/selection.ts";
import { removeInputs } from "../contents/inputs.ts";
import { isUnrecorded, unrecordedText } from "../contents/job_output_files.ts";
import { leftByWaiting } from "../contents/left_directories.ts";
import { newestEntries } from "../contents/listing.ts";
import { findLog } from "../contents/logs.ts";
import { isEditor } from "../format/worker_names.ts";
import {
  flush,
  flushChange,
  pathIn,
  removeIfThere,
  removeTree,
  type Store,
} from "../store/store.ts";
import { lockQueue } from "../store/queue_lock.ts";
import { forgetKey, removeStaleKeys, staleKeys } from "../constraints/unique.ts";
import { forgetWaiting, waitedFor, WaitedForError, waitersOf } from "../constraints/waiters.ts";

/**
 * Removes a job that does not run, and its log.
 *
 * @param id Its whole ID.
 * @throws {QueueError} If it runs, or is missing.
 * @throws {WaitedForError} If other jobs wait for it.
 */
export async function removeJob(store: Store, id: string): Promise<void> {
  // Not under the lock, which the other command may need.
  await entryAtRest(store, id);
  // Nobody is to begin to wait for it meanwhile.
  using _lock = await lockQueue(store);
  for (let tries = 0; tries < 3; tries++) {
    const entry = entryWithId(store, id);
    if (isEditor(entry.worker ?? "")) throw beingChanged(id);
    if (entry.state === "processing" && isUnrecorded(store, entry.worker ?? "", id)) {
      throw new QueueError(unrecordedText(`cannot remove job ${id}: it has ended`));
    }
    if (entry.state === "processing") {
      throw new QueueError(`job ${id} is running; it cannot be removed until it has ended`);
    }
    const waiters = waitersOf(store, id);
    if (waiters.length > 0) throw new WaitedForError(id, waiters);
    const key = readEntry(store, entry)?.unique;
    await forgetSettling(store);
    if (!removeEntry(store, entry, "fresh")) continue;
    if (key !== undefined) await forgetKey(store, key, id);
    await flushRemovals(store, [entry], `job ${id} was removed`);
    await removeInputs(store, [id]);
    return;
  }
  throw new QueueError(`job ${id} keeps moving; try again`);
}

/**
 * Removes the jobs that a selection means and that do not run, and their logs, except those that
 * other jobs wait for.
 *
 * @param kept Called with the IDs of those.
 * @returns The IDs of the jobs that were removed.
 */
export async function clearJobs(
  store: Store,
  selection: Selection,
  kept: (ids: ReadonlySet<string>) => void,
): Promise<string[]> {
  if (meansNone(selection)) return [];
  using _lock = await lockQueue(store);
  await forgetSettling(store);
  const folders = foldersOf(selection.states).filter((state) => state !== "processing");
  let all = newestEntries(store, folders, Infinity, selector(store, selection));
  const waited = new Set<string>();
  // A job that stays keeps those that it waits for itself.
  for (let more; (more = waitedFor(store, all)).size > 0;) {
    more.forEach((id) => waited.add(id));
    all = all.filter(({ id }) => !waited.has(id));
  }
  const removed = all.filter((entry) => removeEntry(store, entry));
  removeStaleKeys(store, await staleKeys(store));
  await flushRemovals(store, removed, `${removed.length} jobs were removed`);
  const ids = removed.map(({ id }) => id);
  await removeInputs(store, ids);
  if (waited.size > 0) kept(waited);
  return ids;
}

/**
 * Flushes the removals from tmp/ by settling. A power cut could bring such a file back, to be run
 * again, and only the settled file that is about to be removed would show that the job has run.
 */
async function forgetSettling(store: Store): Promise<void> {
  await flush(store, [pathIn(store, "tmp"), ...leftByWaiting(store)]);
}

/** @param how With `fresh`, also a log that another machine has moved just now. */
function removeEntry(store: Store, entry: Entry, how?: "fresh"): boolean {
  const forget = forgetWaiting(store, entry);
  if (!removeTree(store, pathIn(store, entry.state, entry.path))) return false;
  forget();
  const log = findLog(store, entry.id, entry.state, how);
  if (log) removeIfThere(store, log);
  dropEmptyBatch(store, entry);
  return true;
}

/** Makes removals durable, in the state's directory and in the batches that still exist. */
async function flushRemovals(
  store: Store,
  entries: readonly Entry[],
  change: string,
): Promise<void> {
  const folders = new Set<string>();
  for (const { state, path } of entries) {
    folders.add(pathIn(store, state));
    folders.add(dirname(pathIn(store, state, path)));
  }
  await flushChange(store, [...folders].filter((path) => store.files.exists(path)), change);
}
