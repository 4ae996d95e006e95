/**
 * A job as readers get it: its file, and what its name and the queue say beside that.
 *
 * @module
 */

import { parentsOf } from "../constraints/dependencies.ts";
import { limitOn } from "../constraints/needs.ts";
import { endOf, type Entry, readEntry } from "../contents/entries.ts";
import { readProgress } from "../contents/job_output_files.ts";
import type { JobView } from "../format/job.ts";
import { AFTER_TIME, HELD_TIME } from "../format/names.ts";
import type { Store } from "../store/store.ts";

/** The job of an entry, with its progress and what it waits for; `undefined` if it has moved on. */
export function jobView(store: Store, entry: Entry): JobView | undefined {
  const job = readEntry(store, entry);
  if (!job) return undefined;
  if (entry.worker !== undefined) {
    const progress = readProgress(store, entry.worker, entry.id);
    if (progress) job.progress = progress;
  }
  if (entry.state !== "pending" && entry.state !== "failed") return job;
  if (entry.time < HELD_TIME) {
    // The name counts, not the file: a retry or a person may have changed it.
    if (!entry.bare) job.run_at = new Date(entry.time).toISOString();
    const limit = entry.time > store.now() ? undefined : limitOn(store, job);
    return limit === undefined ? job : { ...job, limited_by: limit };
  }
  if (entry.time < AFTER_TIME) job.held = true;
  const parents = parentsOf(job).filter((parent) => endOf(store, parent) === undefined);
  if (parents.length > 0 && job.attempts === 0) job.waits_for = parents;
  return job;
}
