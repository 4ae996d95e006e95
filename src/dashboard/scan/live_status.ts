/**
 * The status of the queue, now and at each change.
 *
 * @module
 */

import { diskSpace, type Progress, type Queue, VERSION, WatchedQueue } from "../../../mod.ts";
import type { Events, Status, WorkerRow } from "../api.ts";

/** The least time between two statuses, in milliseconds. */
const LEAST_PAUSE = 250;

/** How long after a change to look once more, in milliseconds. */
const RECOUNTED = 300;

/** How often to look whether running jobs have come further, in milliseconds. */
const PROGRESS_PAUSE = 1000;

/** Follows a queue while someone watches it. */
export class LiveStatus {
  readonly #queue: Queue;

  /** @param queue The queue. */
  constructor(queue: Queue) {
    this.#queue = queue;
  }

  /** Calls back with the status, at once and at each change, until what it returns is called. */
  watch(changed: (status: Status, jobs: Events["jobs"]) => void): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    let last = -Infinity;
    let progress = "";
    const tell = () => {
      timer = undefined;
      last = performance.now();
      const status = this.#status(watched);
      progress = progressOf(status);
      changed(status, {});
    };
    const tellSoon = () => {
      timer ??= setTimeout(tell, Math.max(0, last + LEAST_PAUSE - performance.now()));
    };
    const hear = () => {
      tellSoon();
      // Once more when the jobs have been counted anew.
      clearTimeout(again);
      again = setTimeout(tellSoon, RECOUNTED);
    };
    const watched = new WatchedQueue(this.#queue, hear);
    hear();
    // Progress lies in a folder for each worker, which nothing watches.
    const ticks = setInterval(() => {
      if (progress !== "" && progress !== progressOf(watched.look(Date.now()))) tellSoon();
    }, PROGRESS_PAUSE);
    return () => {
      clearInterval(ticks);
      clearTimeout(timer);
      clearTimeout(again);
      watched.close();
    };
  }

  #status(watched: WatchedQueue): Status {
    const now = Date.now();
    const view = watched.look(now);
    const jobsOf = (worker: string) =>
      view.running.filter((job) => job.worker === worker).map(({ id }) => id);
    const workers: WorkerRow[] = this.#queue.workers().map((worker) => ({
      name: worker.name,
      host: worker.host,
      pid: worker.pid,
      slots: worker.slots,
      busy: view.workers.find(({ name }) => name === worker.name)?.busy ?? 0,
      started_at: worker.started_at,
      version: worker.version,
      tags: worker.tags ?? [],
      ...(worker.only !== undefined && { only: worker.only }),
      running: jobsOf(worker.name),
    }));
    return {
      dir: view.dir,
      version: VERSION,
      now: new Date(now).toISOString(),
      read_only: false,
      paused: view.paused,
      jobs: view.counts,
      counted_at: new Date(now - view.countedAgo).toISOString(),
      rates: { minute: view.rates[0], five_minutes: view.rates[1] },
      workers,
      running: view.running.map(({ id, command, worker, since, progress }) => ({
        ...{ id, command, worker, started_at: new Date(since).toISOString() },
        ...(progress && { progress }),
      })),
      disk: diskSpace(view.dir),
      findings: null,
    };
  }
}

/** How far the running jobs have come; empty if none says so. */
function progressOf({ running }: { running: { id: string; progress?: Progress }[] }): string {
  return running.map(({ id, progress }) => progress ? `${id} ${progress.text} ` : "").join("");
}
