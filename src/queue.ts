/**
 * A queue, as programs and the command line use it.
 *
 * @module
 */

import { type Config, type ConfigKey, withDefaults } from "./format/settings.ts";
import { readConfig, writeConfig } from "./store/config_file.ts";
import { nativeFiles } from "./fs/native_files.ts";
import { enqueue, type EnqueueOptions } from "./moves/enqueue.ts";
import { enqueueMany, type Published } from "./moves/enqueue_many.ts";
import { QueueError } from "./text/errors.ts";
import { findJob, jobWithId, logPathOf } from "./inspect/find_job.ts";
import type { Job, JobInput, JobView } from "./format/job.ts";
import { countJobs, type Counts, newestEntries } from "./contents/listing.ts";
import type { JobState } from "./format/names.ts";
import { WORKER_PATTERN } from "./format/worker_names.ts";
import { locateQueue, type QueuePlace } from "./store/locate_queue.ts";
import { openStore, type StoreOptions } from "./store/open_store.ts";
import { liveWorkers, requestStop, type SeenWorker } from "./contents/presence.ts";
import { clearJobs, removeJob } from "./moves/remove.ts";
import { requeueJob } from "./moves/requeue.ts";
import { flushChange, isPaused, placeFile, removeIfThere, type Store } from "./store/store.ts";
import { jobView } from "./inspect/job_view.ts";
import { lockQueue } from "./store/queue_lock.ts";

/** What {@linkcode Queue.list} is to give. */
export interface ListOptions {
  /** Only jobs in these states. Default: all. */
  states?: readonly JobState[];
  /** At most this many, the newest. Default: all. */
  limit?: number;
}

/**
 * An open queue directory.
 *
 * Nothing is cached: each call looks at the directory as it is. Any number of processes may use one queue
 * at once.
 *
 * @example
 * ```ts
 * import { Queue } from "./queue.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * const job = await queue.enqueue({ command: "make -C /srv/site" });
 * console.log(queue.get(job.id)?.state); // "pending"
 * ```
 */
export class Queue {
  /** The protocol's view of the directory, for {@linkcode Worker} and for tools that go deeper. */
  readonly store: Store;

  private constructor(store: Store) {
    this.store = store;
  }

  /**
   * Opens a queue directory, and makes it one if it is missing or empty.
   *
   * @param where The directory, or what `locateQueue` gave. Default: `$QUEUECTL_DIR`, else the nearest `.queuectl/`
   * here or above, else `~/.queuectl`.
   * @throws {QueueError} If it is not safe to use, holds other things, or cannot be reached; or if
   * Deno is older than 2.7.6.
   */
  static async open(where?: string | QueuePlace, options?: StoreOptions): Promise<Queue> {
    const place = typeof where === "object" ? where : locateQueue(where);
    return new Queue(await openStore(place, { files: nativeFiles, ...options }));
  }

  /** The queue's directory, absolute. */
  get dir(): string {
    return this.store.dir;
  }

  /**
   * Adds a job. When this resolves, the job survives whatever happens, and so does its input.
   *
   * @param options What its command reads on standard input, if anything.
   * @throws {UsageError} If the input is no job.
   * @throws {QueueError} If its ID is taken, or a job or resource that it needs does not exist.
   * @throws {KeyTakenError} If another job has its `unique` key.
   *
   * @example
   * ```ts
   * import { Queue } from "./queue.ts";
   *
   * const queue = await Queue.open("/tmp/example-queue");
   * const stdin = new Blob(["one\ntwo\n"]).stream();
   * await queue.enqueue({ command: "wc -l" }, { stdin });
   * ```
   */
  enqueue(input: JobInput, options?: EnqueueOptions): Promise<Job> {
    return enqueue(this.store, input, options);
  }

  /**
   * Adds many jobs, in batches of up to 10,000 that each appear at once. All are checked before the
   * first is accepted. What comes of each is what would come of it if they were added one by one; but they
   * may wait for each other in whatever order they stand.
   *
   * @param published Called after each batch with what came of each input, in their order: jobs that are now
   * durable; or with `existed` jobs that were not added, as the job of this ID has their `unique` key. Whatever
   * waits for one of those waits for that job.
   * @throws {InvalidJobError} If one is no job: none was added.
   * @throws {RefusedJobError} If an ID is taken, or a job or resource that one needs does not exist: none was added.
   * @throws {PartialEnqueueError} If the disk failed part way: it says how many were added.
   */
  enqueueMany(inputs: readonly JobInput[], published?: Published): Promise<void> {
    return enqueueMany(this.store, inputs, published);
  }

  /** The job of this ID, whole and exact, or `undefined`. */
  get(id: string): JobView | undefined {
    return jobWithId(this.store, id);
  }

  /**
   * The one job that a text means: its ID, a beginning of it, or an end of it of 4 characters or more.
   *
   * @throws {QueueError} If no job matches.
   * @throws {AmbiguousIdError} If several do.
   */
  find(text: string): JobView {
    return findJob(this.store, text);
  }

  /** Jobs in the order they were made, newest last. */
  list(options: ListOptions = {}): JobView[] {
    const jobs: JobView[] = [];
    /** Where those stand that move, or have moved, while this looks: each may be met in two directories. */
    const moving = new Map<string, number>();
    for (const entry of newestEntries(this.store, options.states, options.limit)) {
      const seen = jobView(this.store, entry);
      // One that has just moved on is looked up where it is now.
      const job = seen ?? this.get(entry.id);
      if (!job || (options.states && !options.states.includes(job.state))) continue;
      const key = `${job.id} ${job.created_at}`;
      const before = moving.get(key);
      if (!seen || job.state === "processing") moving.set(key, before ?? jobs.length);
      if (before === undefined) jobs.push(job);
      else jobs[before] = job;
    }
    return jobs;
  }

  /** How many jobs are in each state. */
  counts(): Counts {
    return countJobs(this.store);
  }

  /** The path of a job's log, or `undefined` if it has printed nothing yet. */
  logPath(id: string): string | undefined {
    return logPathOf(this.store, id);
  }

  /**
   * Makes a job that has ended, or waits for its retry, ready now. One that had ended starts with a fresh count
   * of attempts; its history stays.
   *
   * @param id Its whole ID.
   * @throws {QueueError} If it waits or runs already, or is gone, or another job has its `unique` key.
   */
  requeue(id: string): Promise<void> {
    return requeueJob(this.store, id);
  }

  /**
   * Removes a job that does not run, and its log.
   *
   * @param id Its whole ID.
   * @throws {QueueError} If it runs, or is gone.
   * @throws {WaitedForError} If other jobs wait for it.
   */
  remove(id: string): Promise<void> {
    return removeJob(this.store, id);
  }

  /**
   * Removes all jobs of a state, and their logs, except those that jobs in other states wait for.
   *
   * @param kept Called with the IDs of those.
   * @returns How many were removed.
   */
  clear(
    state: Exclude<JobState, "processing">,
    kept: (ids: ReadonlySet<string>) => void = () => {},
  ): Promise<number> {
    return clearJobs(this.store, state, kept);
  }

  /** The settings in force. */
  config(): Config {
    this.store.config = withDefaults(readConfig(this.store.files, this.dir, this.store.owner));
    return this.store.config;
  }

  /**
   * Changes settings; those not named stay.
   *
   * @throws {UsageError} If a setting does not take its value; nothing was changed.
   */
  async configure(changes: Partial<Config>): Promise<void> {
    await this.#rewriteConfig((read) => ({ ...read(), ...changes }));
  }

  /** Gives settings their defaults back: those named, or all. */
  async resetConfig(keys?: readonly ConfigKey[]): Promise<void> {
    await this.#rewriteConfig((read) => {
      // All of them: also out of a file that is broken.
      if (!keys) return {};
      const set = read();
      for (const key of keys) delete set[key];
      return set;
    });
  }

  /** Whether workers are to claim nothing new. */
  get paused(): boolean {
    return isPaused(this.store);
  }

  /** Tells all workers to claim nothing new, or to go on. */
  async setPaused(paused: boolean): Promise<void> {
    const path = `${this.dir}/paused`;
    if (!paused) removeIfThere(this.store, path);
    // Also where it is paused: what an earlier flush failed to keep, only a new name brings to the disk.
    else placeFile(this.store, path, new Uint8Array());
    await flushChange(this.store, [this.dir], `the queue was ${paused ? "paused" : "resumed"}`);
  }

  /** The workers that live. */
  workers(): SeenWorker[] {
    return liveWorkers(this.store);
  }

  /**
   * Whether a worker lives that would run a job: one that works the whole queue, or just that job.
   *
   * @param id The job. Default: any that is ready.
   */
  isAttended(id?: string): boolean {
    return this.workers().some(({ only }) => only === undefined || only === id);
  }

  /** The IDs of the jobs that a worker runs. */
  jobsOf(worker: string): string[] {
    return newestEntries(this.store, ["processing"])
      .filter((entry) => entry.worker === worker).map((entry) => entry.id);
  }

  /**
   * Asks a worker, on whatever machine, to stop.
   *
   * @param now Whether to kill what it runs and put it back, rather than let it finish.
   * @throws {QueueError} If that cannot be the name of a worker.
   */
  stopWorker(name: string, now: boolean = false): void {
    if (!WORKER_PATTERN.test(name)) {
      throw new QueueError(
        `no worker is named ${JSON.stringify(name)} (see: queuectl worker list)`,
      );
    }
    requestStop(this.store, name, now);
  }

  /** @param change Gives what is to be set, and can read what is. */
  async #rewriteConfig(
    change: (read: () => Partial<Config>) => Partial<Config>,
  ): Promise<void> {
    using _lock = await lockQueue(this.store);
    const set = change(() => readConfig(this.store.files, this.dir, this.store.owner));
    await writeConfig(this.store.files, this.dir, set);
    this.store.config = withDefaults(set);
  }
}
