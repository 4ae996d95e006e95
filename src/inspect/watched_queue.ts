/**
 * A queue that someone watches. Counts every job once, then recounts so rarely that counting takes
 * at most 1/30 of the time; in between it follows the ends of jobs by events.
 *
 * @module
 */

import { type Entry, readEntry } from "../contents/entries.ts";
import { countJobs, type Counts, newestEntries } from "../contents/listing.ts";
import { liveWorkers } from "../contents/presence.ts";
import type { JobView } from "../format/job.ts";
import { type JobState, parseEntryName } from "../format/names.ts";
import { type Change, watchQueue } from "../fs/watch.ts";
import { isPaused, type OpenQueue } from "../store/store.ts";
import { lastLineOf } from "./brief_view.ts";
import { type EndRates, ratesSoFar } from "./end_rates.ts";
import { runningJobs, type RunningView } from "./running_jobs.ts";

/** A job whose last attempt failed. */
export interface FailureView {
  /** Its ID. */
  id: string;
  /** Whether it waits for a retry or is dead. */
  state: "failed" | "dead";
  /** The whole job. */
  job: JobView;
  /** The last line of its log. */
  lastLine: string;
}

/** A queue at one moment. */
export interface QueueView {
  /** The queue's directory. */
  dir: string;
  /** Whether workers are told to claim nothing new. */
  paused: boolean;
  /** How many jobs are in each state. */
  counts: Counts;
  /** The age of the count of waiting jobs, in milliseconds. */
  countedAgo: number;
  /** Jobs that ended per second, over the last minute and the last five. */
  rates: [minute: number, fiveMinutes: number];
  /** Jobs that ended in each 5 s of the last five minutes, the latest last. */
  ends: number[];
  /** Running jobs, the longest running first; at most 100. */
  running: RunningView[];
  /** Live workers. */
  workers: WorkerView[];
  /** Jobs in failed/ and dead/, the latest failure first; at most 20. */
  failures: FailureView[];
}

/** A live worker. */
export interface WorkerView {
  /** Its name. */
  name: string;
  /** How many jobs it may run at once. */
  slots: number;
  /** How many it runs. */
  busy: number;
  /** When it started, in milliseconds since 1970. */
  since: number;
  /** The one job that a `queuectl run` works; missing if it works all jobs. */
  only?: string;
}

/** The largest share of the time that counting may take. */
const COUNTING_SHARE = 1 / 30;

/** How many failures to read: more than a terminal has lines. */
const MOST_FAILURES = 20;

/**
 * Watches a queue until it is closed.
 *
 * @example
 * ```ts
 * import { Queue, WatchedQueue } from "../../mod.ts";
 *
 * const watched = new WatchedQueue(await Queue.open("/tmp/example-queue"), () => {});
 * console.log(watched.look(Date.now()).counts);
 * watched.close();
 * ```
 */
export class WatchedQueue {
  readonly #queue: OpenQueue;
  readonly #changed: () => void;
  readonly #rates: EndRates;
  readonly #unwatch: () => void;
  #counts!: Counts;
  #countedAt = 0;
  #nextCount = 0;
  /** The latest failures, the newest first. */
  #failed: Entry[];

  /**
   * Begins to watch.
   *
   * @param queue The queue.
   * @param changed Called when something may have changed.
   */
  constructor(queue: OpenQueue, changed: () => void) {
    this.#queue = queue;
    this.#changed = changed;
    this.#rates = ratesSoFar(queue);
    const watched = ["", "pending", "processing", "done", "failed", "dead", "workers"];
    this.#unwatch = watchQueue(
      queue.store.dir,
      watched,
      (change) => this.#hear(change),
      { pending: "names" },
    );
    this.#count(Date.now());
    this.#failed = newestEntries(queue.store, ["failed", "dead"], MOST_FAILURES)
      .reverse();
  }

  /** The queue as it is now. */
  look(now: number): QueueView {
    if (now >= this.#nextCount) this.#count(now);
    const { store } = this.#queue;
    const { count, ofWorker, longest } = runningJobs(this.#queue);
    return {
      dir: store.dir,
      paused: isPaused(store),
      counts: { ...this.#counts, processing: count },
      countedAgo: now - this.#countedAt,
      rates: [this.#rates.rate(60, now), this.#rates.rate(300, now)],
      ends: this.#rates.parts(60, 5, now),
      running: longest,
      workers: liveWorkers(store).map(({ name, slots, started_at, only }) => ({
        name,
        slots,
        // A job that has ended and is being settled has freed its slot.
        busy: Math.min(ofWorker.get(name)?.length ?? 0, slots),
        since: Date.parse(started_at),
        ...(only !== undefined && { only }),
      })),
      failures: this.#failures(),
    };
  }

  /** Stops watching. */
  close(): void {
    this.#unwatch();
  }

  #count(now: number): void {
    const begun = performance.now();
    this.#counts = countJobs(this.#queue.store);
    this.#countedAt = now;
    this.#nextCount = now + Math.max(200, (performance.now() - begun) / COUNTING_SHARE);
  }

  #hear({ directory, name, removed }: Change): void {
    if (!removed && name.endsWith(".json") && !name.startsWith(".")) {
      if (directory === "done" || directory === "dead") {
        this.#counts[directory]++;
        this.#rates.add(Date.now());
      } else if (directory === "failed") this.#counts.failed++;
      const entry = parseEntryName(name);
      if (entry && (directory === "failed" || directory === "dead")) {
        const others = this.#failed.filter(({ id }) => id !== entry.id);
        this.#failed = [{ ...entry, state: directory as JobState, path: name }, ...others]
          .slice(0, MOST_FAILURES);
      }
    } else if (removed && directory === "failed" && name.endsWith(".json")) {
      this.#counts.failed = Math.max(0, this.#counts.failed - 1);
    }
    this.#changed();
  }

  /** The latest failures that have not moved on since. */
  #failures(): FailureView[] {
    const { store } = this.#queue;
    const failures: FailureView[] = [];
    for (const entry of this.#failed) {
      const job = readEntry(store, entry);
      if (!job) continue;
      const state = entry.state as FailureView["state"];
      failures.push({ id: entry.id, state, job, lastLine: lastLineOf(store, entry) });
    }
    return failures;
  }
}
