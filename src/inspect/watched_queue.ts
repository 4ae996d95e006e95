/**
 * A queue that someone watches. All of it is counted once, and again only as seldom as counting it takes long;
 * between that the ends of jobs are followed by events.
 *
 * @module
 */

import { entries, type Entry, readEntry } from "../contents/entries.ts";
import type { JobView } from "../format/job.ts";
import { type Counts, newestEntries } from "../contents/listing.ts";
import { logName } from "../contents/logs.ts";
import { type JobState, parseEntryName } from "../format/names.ts";
import { readProgress } from "../contents/job_output_files.ts";
import type { Progress } from "../format/progress.ts";
import { readTail } from "../fs/read_tail.ts";
import { type Change, watchQueue } from "../fs/watch.ts";
import { EndRates } from "./end_rates.ts";
import { recentEnds } from "../contents/history.ts";
import type { OpenQueue } from "../store/store.ts";
import { isPaused } from "../store/store.ts";
import { liveWorkers } from "../contents/presence.ts";
import { countJobs } from "../contents/listing.ts";

/** A job that runs. */
export interface RunningView {
  /** Its ID. */
  id: string;
  /** What it runs. */
  command: string;
  /** The worker that runs it. */
  worker: string;
  /** When it was claimed, in milliseconds since 1970. */
  since: number;
  /** How far it says that it has come. */
  progress?: Progress;
}

/** A job whose last attempt failed. */
export interface FailureView {
  /** Its ID. */
  id: string;
  /** Whether it is to be retried, or dead. */
  state: "failed" | "dead";
  /** The job, whole. */
  job: JobView;
  /** The last line of its log. */
  lastLine: string;
}

/** What is to be seen of a queue. */
export interface QueueView {
  /** The queue's directory. */
  dir: string;
  /** Whether workers are to claim nothing new. */
  paused: boolean;
  /** How many jobs are in each state. */
  counts: Counts;
  /** How old the count of what waits is, in milliseconds. */
  countedAgo: number;
  /** Jobs that ended for each second, over the last minute and the last five. */
  rates: [minute: number, fiveMinutes: number];
  /** Jobs that ended in each 5 s of the last five minutes, the latest last. */
  ends: number[];
  /** Jobs that run, those that have run longest first; at most 100. */
  running: RunningView[];
  /** Live workers: how many jobs each may run at once, how many it does, and since when it lives. */
  workers: WorkerView[];
  /** Jobs that failed last, the latest first, but those that run again or have ended well since; at most 20. */
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
  /** The only job that it works, as `queuectl run` does; missing if it works all. */
  only?: string;
}

/** Counting may take at most this share of the time. */
const COUNTING_SHARE = 1 / 30;

/** How many jobs of each list are read: more than a terminal has lines. */
const MOST_SHOWN = 100;
const MOST_FAILURES = 20;

/** The most of a log that is read for its last line, in bytes. */
const TAIL = 4096;

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
  /** Those that failed last, the latest first. */
  #failed: Entry[];

  /**
   * Begins to watch.
   *
   * @param queue The queue.
   * @param changed Called when there may be something new to see.
   */
  constructor(queue: OpenQueue, changed: () => void) {
    this.#queue = queue;
    this.#changed = changed;
    this.#rates = ratesSoFar(queue);
    const watched = ["", "processing", "done", "failed", "dead", "workers"];
    this.#unwatch = watchQueue(queue.store.dir, watched, (change) => this.#hear(change));
    this.#count(Date.now());
    this.#failed = newestEntries(queue.store, ["failed", "dead"], MOST_FAILURES)
      .reverse();
  }

  /** What is to be seen now. */
  look(now: number): QueueView {
    if (now >= this.#nextCount) this.#count(now);
    const { store } = this.#queue;
    const claimed = [...entries(store, "processing")].sort((a, b) => a.time - b.time);
    const busy = new Map<string, number>();
    for (const { worker } of claimed) busy.set(worker ?? "", (busy.get(worker ?? "") ?? 0) + 1);
    const running: RunningView[] = [];
    for (const entry of claimed.slice(0, MOST_SHOWN)) {
      const job = readEntry(store, entry);
      const worker = entry.worker ?? "";
      const progress = readProgress(store, worker, entry.id);
      const { id, time } = entry;
      if (job) running.push({ id, command: job.command, worker, since: time, progress });
    }
    return {
      dir: store.dir,
      paused: isPaused(store),
      counts: { ...this.#counts, processing: claimed.length },
      countedAgo: now - this.#countedAt,
      rates: [this.#rates.rate(60, now), this.#rates.rate(300, now)],
      ends: this.#rates.parts(60, 5, now),
      running,
      workers: liveWorkers(store).map(({ name, slots, started_at, only }) => ({
        name,
        slots,
        // What has ended and is being recorded needs no slot any more.
        busy: Math.min(busy.get(name) ?? 0, slots),
        since: Date.parse(started_at),
        ...(only !== undefined && { only }),
      })),
      failures: this.#failures(),
    };
  }

  /** Watches no more. */
  close(): void {
    this.#unwatch();
  }

  #count(now: number): void {
    const begun = performance.now();
    this.#counts = countJobs(this.#queue.store);
    this.#countedAt = now;
    this.#nextCount = now + Math.max(900, (performance.now() - begun) / COUNTING_SHARE);
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

  /** Those that failed last and have not run again since. */
  #failures(): FailureView[] {
    const { store } = this.#queue;
    const failures: FailureView[] = [];
    for (const entry of this.#failed) {
      const job = readEntry(store, entry);
      if (!job) continue;
      const state = entry.state as FailureView["state"];
      const log = `${store.dir}/${state}/${logName(entry.id)}`;
      failures.push({ id: entry.id, state, job, lastLine: lastLine(log) });
    }
    return failures;
  }
}

/** The rates of the last minutes, as the history has them. */
function ratesSoFar({ store }: OpenQueue): EndRates {
  const { times, from } = recentEnds(store, Date.now() - 300_000);
  const rates = new EndRates(from);
  for (const time of times) rates.add(time);
  return rates;
}

/** The last line of a log that has anything in it; empty if there is none. */
export function lastLine(path: string): string {
  try {
    const text = new TextDecoder().decode(readTail(path, TAIL));
    return text.trimEnd().split("\n").at(-1)!.trim();
  } catch {
    // It has moved on with its job.
    return "";
  }
}
