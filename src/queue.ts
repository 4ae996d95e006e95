/**
 * The front door: a queue as programs and the command line use it. Each method is one function of a
 * room below, so that the rooms can be read one by one.
 *
 * @module
 */

import { countJobs, type Counts, newestEntries } from "./contents/listing.ts";
import type { Entry } from "./contents/entries.ts";
import { liveWorkers, type SeenWorker } from "./contents/presence.ts";
import { requestStop } from "./contents/requests.ts";
import type { Job, JobInput, JobView } from "./format/job.ts";
import type { JobState } from "./format/names.ts";
import { mayRunAt, type Placing, whereOf } from "./format/placement.ts";
import { type Config, type ConfigKey, withDefaults } from "./format/settings.ts";
import { WORKER_PATTERN } from "./format/worker_names.ts";
import { nativeFiles } from "./fs/native_files.ts";
import { findJob, jobWithId, logPathOf } from "./inspect/find_job.ts";
import { listJobs, type ListOptions } from "./inspect/list_jobs.ts";
import { type SelectedJob, type Selection, selectJobs } from "./inspect/selection.ts";
import { enqueue, type EnqueueOptions } from "./moves/enqueue.ts";
import { enqueueMany, type Published } from "./moves/enqueue_many.ts";
import { clearJobs, removeJob } from "./moves/remove.ts";
import { requeueJob } from "./moves/requeue.ts";
import { readConfig, writeConfig } from "./store/config_file.ts";
import { locateQueue, type QueuePlace } from "./store/locate_queue.ts";
import { openStore, type StoreOptions } from "./store/open_store.ts";
import { lockQueue } from "./store/queue_lock.ts";
import { ring } from "./store/ring.ts";
import { flushChange, isPaused, removeIfThere, type Store } from "./store/store.ts";
import { placeFile } from "./store/temporary_files.ts";
import { MissingError } from "./text/errors.ts";

/**
 * An open queue directory.
 *
 * Nothing is cached: each call looks at the directory as it is. Any number of processes may use one
 * queue at once. What needs more code than a plain program should load (control, schedules,
 * following, statistics) are functions that take a queue: `cancelJob(queue, id)`.
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
  /** The directory as the protocol sees it, for {@linkcode Worker} and functions of a store. */
  readonly store: Store;

  private constructor(store: Store) {
    this.store = store;
  }

  /**
   * Opens a queue directory; makes one if it is missing or empty.
   *
   * @param where The directory, or what `locateQueue` gave. Default: `$QUEUECTL_DIR`, else the
   * nearest `.queuectl/` here or above, else `~/.queuectl`.
   * @throws {QueueError} If it is not safe to use, holds other things or cannot be reached, or if
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
   * Adds a job. When this resolves, the job and its input survive any crash.
   *
   * @param options What the command reads on standard input, if anything.
   * @throws {UsageError} If the input is not a job.
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
   * Adds many jobs, in batches of up to 10,000 that each appear at once. Checks all before it adds
   * the first. The result is that of adding them one by one, but jobs may wait for jobs that stand
   * after them.
   *
   * @param published Called after each batch with the result of each input, in order: a job that is
   * now durable, or with `existed` the job that has the input's `unique` key already. Jobs that
   * wait for such an input wait for that job.
   * @throws {InvalidJobError} If one is not a job: none was added.
   * @throws {RefusedJobError} If an ID is taken, or a job or resource that one needs does not
   * exist: none was added.
   * @throws {PartialEnqueueError} If the disk failed part way; it says how many were added.
   */
  enqueueMany(inputs: readonly JobInput[], published?: Published): Promise<void> {
    return enqueueMany(this.store, inputs, published);
  }

  /** The job of this ID, whole and exact, or `undefined`. */
  get(id: string): JobView | undefined {
    return jobWithId(this.store, id);
  }

  /**
   * The one job that a text means: its ID, a beginning of it, or an end of it of 4 characters or
   * more.
   *
   * @throws {QueueError} If no job matches.
   * @throws {AmbiguousIdError} If several do.
   */
  find(text: string): JobView {
    return findJob(this.store, text);
  }

  /** Jobs in the order they were made, newest last. */
  list(options: ListOptions = {}): JobView[] {
    return listJobs(this.store, options);
  }

  /**
   * The jobs that a selection means, in the order they were made. A job that moves meanwhile may be
   * in another state when it is yielded.
   *
   * @example
   * ```ts
   * import { Queue } from "./queue.ts";
   *
   * const queue = await Queue.open("/tmp/example-queue");
   * await queue.enqueue({ command: "sleep 60", tags: ["photos"] });
   * for await (const { id } of queue.select({ tags: ["photos"], states: ["pending"] })) {
   *   await queue.remove(id);
   * }
   * ```
   */
  select(selection: Selection): AsyncGenerator<SelectedJob> {
    return selectJobs(this.store, selection);
  }

  /**
   * How many jobs are in each state.
   *
   * @param placed Gets the number of ready jobs of each place, such as `gpu+host=node1`, where jobs
   * may only run.
   */
  counts(placed?: Map<string, number>): Counts {
    return countJobs(this.store, placed);
  }

  /** The path of a job's log, or `undefined` if it has printed nothing yet. */
  logPath(id: string): string | undefined {
    return logPathOf(this.store, id);
  }

  /**
   * Makes a job that has ended or waits for its retry ready now. A job that had ended starts with a
   * fresh count of attempts; its history stays.
   *
   * @param id Its whole ID.
   * @param seen Where it was seen last, which saves a look at all names.
   * @throws {QueueError} If it waits or runs already, is gone, or another job has its `unique` key.
   */
  requeue(id: string, seen?: Entry): Promise<void> {
    return requeueJob(this.store, id, seen);
  }

  /**
   * Removes a job that is not running, and its log.
   *
   * @param id Its whole ID.
   * @throws {QueueError} If it runs, or is gone.
   * @throws {WaitedForError} If other jobs wait for it.
   */
  remove(id: string): Promise<void> {
    return removeJob(this.store, id);
  }

  /**
   * Removes all jobs of a state, or all that a selection means and that do not run, and their logs,
   * except those that other jobs wait for.
   *
   * @param kept Called with the IDs of the jobs that stay.
   * @returns How many were removed.
   */
  async clear(
    jobs: Exclude<JobState, "processing"> | Selection,
    kept: (ids: ReadonlySet<string>) => void = () => {},
  ): Promise<number> {
    const selection = typeof jobs === "string" ? { states: [jobs] } : jobs;
    return (await clearJobs(this.store, selection, kept)).length;
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

  /** Resets settings to their defaults: those named, or all. */
  async resetConfig(keys?: readonly ConfigKey[]): Promise<void> {
    await this.#rewriteConfig((read) => {
      // Works on a broken file too.
      if (!keys) return {};
      const set = read();
      for (const key of keys) delete set[key];
      return set;
    });
  }

  /** Whether workers are told to claim nothing new. */
  get paused(): boolean {
    return isPaused(this.store);
  }

  /** Tells all workers to claim nothing new, or to claim again. */
  async setPaused(paused: boolean): Promise<void> {
    const path = `${this.dir}/paused`;
    if (!paused) removeIfThere(this.store, path);
    // Also if it is paused already: after a failed flush only a new name brings it to the disk.
    else placeFile(this.store, path, new Uint8Array());
    ring(this.store);
    await flushChange(this.store, [this.dir], `the queue was ${paused ? "paused" : "resumed"}`);
  }

  /** The live workers. */
  workers(): SeenWorker[] {
    return liveWorkers(this.store);
  }

  /**
   * Whether a live worker would run a job: a worker of the whole queue, or of just that job.
   *
   * @param id The job. Default: a job that is ready.
   * @param placing Where it may run. Default: anywhere.
   */
  isAttended(id?: string, placing: Placing = {}): boolean {
    const where = whereOf(placing);
    return this.workers().some((worker) =>
      (worker.only === undefined || worker.only === id) && mayRunAt(where, worker)
    );
  }

  /** The IDs of the jobs that a worker runs. */
  jobsOf(worker: string): string[] {
    return newestEntries(this.store, ["processing"])
      .filter((entry) => entry.worker === worker).map((entry) => entry.id);
  }

  /**
   * Asks a worker, on whatever machine, to stop.
   *
   * @param now Whether to kill its jobs and put them back, instead of letting them finish.
   * @throws {QueueError} If this cannot be a worker's name.
   */
  stopWorker(name: string, now: boolean = false): void {
    if (!WORKER_PATTERN.test(name)) {
      throw new MissingError(
        `no worker is named ${JSON.stringify(name)} (see: queuectl worker list)`,
      );
    }
    requestStop(this.store, name, now);
    ring(this.store);
  }

  /** @param change Returns the new settings; it may read the present ones. */
  async #rewriteConfig(
    change: (read: () => Partial<Config>) => Partial<Config>,
  ): Promise<void> {
    using _lock = await lockQueue(this.store);
    // Another machine may have replaced the file.
    this.store.files.exists(`${this.dir}/config.json`, "fresh");
    const set = change(() => readConfig(this.store.files, this.dir, this.store.owner));
    await writeConfig(this.store.files, this.dir, set);
    ring(this.store);
    this.store.config = withDefaults(set);
  }
}
