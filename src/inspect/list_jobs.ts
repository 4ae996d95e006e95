/**
 * The jobs of a queue as readers get them, newest last, while they move.
 *
 * @module
 */

import { newestEntries } from "../contents/listing.ts";
import { liveWorkers, type SeenWorker } from "../contents/presence.ts";
import type { JobView } from "../format/job.ts";
import type { Store } from "../store/store.ts";
import { jobWithId } from "./find_job.ts";
import { jobView } from "./job_view.ts";
import { foldersOf, type Selection, selector } from "./selection.ts";

/** Which jobs `Queue.list` returns. */
export interface ListOptions extends Pick<Selection, "tags" | "group" | "states"> {
  /** At most this many, the newest. Default: all. */
  limit?: number;
}

/** Jobs in the order they were made, newest last. */
export function listJobs(store: Store, options: ListOptions): JobView[] {
  const jobs: JobView[] = [];
  /** The index of each job that moves while this looks: it may appear in two directories. */
  const moving = new Map<string, number>();
  let workers: SeenWorker[] | undefined;
  const { states, limit } = options;
  for (const entry of newestEntries(store, foldersOf(states), limit, selector(store, options))) {
    const seen = jobView(store, entry, () => workers ??= liveWorkers(store));
    // A job that has just moved is looked up where it is now.
    const job = seen ?? jobWithId(store, entry.id);
    if (!job || (!seen && states && !states.includes(job.state))) continue;
    const key = `${job.id} ${job.created_at}`;
    const before = moving.get(key);
    if (!seen || job.state === "processing") moving.set(key, before ?? jobs.length);
    if (before === undefined) jobs.push(job);
    else jobs[before] = job;
  }
  return jobs;
}
