/**
 * A job as readers get it: its file, and what its name and the queue say beside that.
 *
 * @module
 */

import { parentsOf } from "../constraints/dependencies.ts";
import { limitOn } from "../constraints/needs.ts";
import { endOf, type Entry, nameOf, readEntry } from "../contents/entries.ts";
import { isSuspended, isUnrecorded, readProgress } from "../contents/job_output_files.ts";
import { liveWorkers, type SeenWorker } from "../contents/presence.ts";
import type { JobView } from "../format/job.ts";
import { AFTER_TIME, HELD_TIME, parseEntryName, startsAtOnce } from "../format/names.ts";
import { isEditor } from "../format/worker_names.ts";
import { mayRunAt, whereOf, whereText } from "../format/placement.ts";
import type { Store } from "../store/store.ts";

/**
 * The job of an entry, with its progress and what it waits for; `undefined` if it has moved on.
 *
 * @param workers The live workers, asked for where only some may run the job.
 * @param read Reads the job's file.
 */
export function jobView(
  store: Store,
  entry: Entry,
  workers: () => readonly SeenWorker[] = () => liveWorkers(store),
  read: typeof readEntry = readEntry,
): JobView | undefined {
  const job = read(store, entry);
  if (!job) return undefined;
  if (entry.worker !== undefined) {
    const progress = readProgress(store, entry.worker, entry.id);
    if (progress) job.progress = progress;
    if (isSuspended(store, entry.worker, entry.id)) job.suspended = true;
    if (isUnrecorded(store, entry.worker, entry.id)) job.unrecorded = true;
    // The name under which a job is settled says nothing of when it was claimed.
    const isClaimed = parseEntryName(nameOf(entry.path))?.worker === entry.worker;
    if (isClaimed && !isEditor(entry.worker)) {
      const started_at = new Date(entry.time).toISOString();
      job.running = { worker: entry.worker, started_at };
    }
  }
  if (entry.state !== "pending" && entry.state !== "failed") return job;
  if (entry.time < HELD_TIME) {
    // The name counts, not the file: a retry or a person may have changed it.
    const isFirst = startsAtOnce(entry.time);
    if (!entry.bare && !isFirst) job.run_at = new Date(entry.time).toISOString();
    if (entry.time > store.now()) return job;
    const where = whereOf(job);
    if (where !== "" && !workers().some((worker) => mayRunAt(where, worker))) {
      job.no_worker = whereText(where);
      return job;
    }
    if (isFirst) return { ...job, now: true };
    const limit = limitOn(store, job);
    return limit === undefined ? job : { ...job, limited_by: limit };
  }
  if (entry.time < AFTER_TIME) job.held = true;
  const parents = parentsOf(job).filter((parent) => endOf(store, parent) === undefined);
  if (parents.length > 0 && job.attempts === 0) job.waits_for = parents;
  return job;
}
