/**
 * Fetching: this room knows which jobs wait, and chooses the next to claim without reading a file.
 * Here: keeps an index of the waiting jobs filled, by events, by a timer for what becomes ready
 * later, and by reading the directories where neither suffices. Limits are in limiter.ts.
 *
 * @module
 */

import { batchEntries } from "../../contents/entries.ts";
import { HELD_TIME, startsAtOnce } from "../../format/names.ts";
import { mayRunAt, type Whereabouts } from "../../format/placement.ts";
import { pathIn, type Store } from "../../store/store.ts";
import { CLOCK_GRAIN, FolderChanges } from "./folder_changes.ts";
import { BarrenBatches } from "./barren_batches.ts";
import { startLongTimer } from "./long_timer.ts";
import type { ParkedJobs } from "./parked_jobs.ts";
import { type IndexEntry, ReadyIndex } from "./ready_index.ts";
import { Spread } from "./spread.ts";
import { batchOf, indexEntry, removeBatch, scanWaiting } from "./scan.ts";

/** Reading the directories takes at most this share of the time. */
const SCAN_SHARE = 0.1;

/** How much sooner an idle worker reads them again when it is told to, in milliseconds. */
const SOONER_IF_IDLE = 1000;

/** How long an entry that could not be claimed is left alone, in milliseconds. */
const PUT_ASIDE = 5000;

/** What a {@linkcode Finder} works with. */
export interface FinderOptions {
  readonly store: Store;
  /** The ID of the only job that it gives out, if so. */
  readonly only?: string;
  /** Where the worker is: it gets no job that may only run elsewhere. Default: it gets all. */
  readonly here?: Whereabouts;
  /** The jobs that wait for resources: it gives out none of them. */
  readonly parked: Pick<ParkedJobs, "has">;
  /** Called when a job may have become ready. */
  found(): void;
  /** Called when the directories cannot be read; they are read again later. */
  trouble(error: unknown): void;
  /** A clock that nobody sets, in milliseconds. Default: `performance.now`. */
  steady?(): number;
}

/** Keeps a {@linkcode ReadyIndex} true to the disk, and gives out the most urgent job. */
export class Finder {
  readonly #options: FinderOptions;
  readonly #store: Store;
  #index = new ReadyIndex();
  readonly #spread: Spread;
  /**
   * How many jobs of each batch are in the index and not given out; `Infinity` while it is being
   * read.
   */
  readonly #opened = new Map<string, number>();
  readonly #barren: BarrenBatches;
  #contended = false;
  #stopTimer = () => {};
  #timerFor = Infinity;
  #scanning: Promise<void> | undefined;
  readonly #changes: FolderChanges;
  /** Other workers' retries: less urgent, as whoever put them there tries them too. */
  readonly #retries: FolderChanges;
  readonly #steady: () => number;
  #nextScan = -Infinity;
  #closed = false;

  constructor(options: FinderOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#steady = options.steady ?? (() => performance.now());
    this.#changes = new FolderChanges(this.#store, ["pending"], this.#steady);
    this.#retries = new FolderChanges(this.#store, ["failed"], this.#steady);
    this.#barren = new BarrenBatches(this.#store, this.#steady);
    this.#spread = new Spread(!this.#store.files.isLocal(this.#store.dir));
  }

  /** Takes in a name that appeared in pending/ or failed/. */
  hear(directory: "pending" | "failed", name: string): void {
    // A job's name ends in .json, so only another name can be a batch's: no need to look.
    const entry = indexEntry(directory, name, !name.endsWith(".json"));
    if (!entry) return;
    this.#add(entry);
    this.#options.found();
  }

  /** Takes out the most urgent job that is ready; `undefined` if there is none. */
  take(): IndexEntry | undefined {
    const entry = this.#next();
    if (this.#index.low && !this.#scanning) void this.refill().then(this.#options.found);
    return entry;
  }

  /** Takes out a job that is to start at once, beyond all limits; `undefined` if there is none. */
  takeFirst(): IndexEntry | undefined {
    return this.#index.takeFirst();
  }

  #next(): IndexEntry | undefined {
    let passedOver = false;
    for (let entry; (entry = this.#spread.take(this.#index, this.#store.now()));) {
      if (entry.batch) {
        this.#open(entry.path);
        continue;
      }
      const { state, path } = entry;
      this.#givenOut(path);
      // A network's answer takes as long as a claim that fails, which asks the same.
      if (
        this.#spread.isOn || !this.#contended ||
        this.#store.files.exists(pathIn(this.#store, state, path))
      ) {
        this.#contended &&= passedOver;
        return entry;
      }
      passedOver = true;
      this.left(path);
    }
    this.#setTimer();
  }

  /**
   * Another worker claimed the job that was given out. While others are ahead like that, each entry
   * is looked at before it is given out: that costs a tenth of trying to claim it.
   */
  lost(): void {
    this.#contended = true;
    if (!this.#spread.lost() || this.#scanning || this.#steady() < this.#nextScan) return;
    void this.refill().then(this.#options.found);
  }

  /** Whether a job is ready. */
  hasReady(): boolean {
    return !this.#spread.isEmpty || this.#index.hasReady(this.#store.now());
  }

  /** Puts back an entry that was taken out and not claimed. */
  putBack(entry: IndexEntry): void {
    const batch = batchOf(entry.path);
    if (batch !== undefined) this.#opened.set(batch, (this.#opened.get(batch) ?? 0) + 1);
    this.#index.add(entry, this.#store.now());
    this.#setTimer();
  }

  /** Puts an entry that cannot be claimed behind the others for a while. */
  putAside(entry: IndexEntry): void {
    if (startsAtOnce(entry.time)) {
      // The next look at the directories finds it again.
      for (const changes of [this.#changes, this.#retries]) changes.forget();
      return;
    }
    this.putBack({ ...entry, time: this.#store.now() + PUT_ASIDE });
  }

  /** Reads the waiting directories; a call while they are being read waits for that. */
  refill(): Promise<void> {
    return this.#scanning ??= this.#scan().catch((error) => this.#scanLater(error))
      .finally(() => this.#scanning = undefined);
  }

  /**
   * Reads the waiting directories, as somebody says that they have changed; `false` if that would
   * take too much of the time for now, or another look at them is under way.
   * For an idle worker it may take more.
   */
  refillAsTold(isIdle: boolean): boolean {
    const sooner = isIdle ? SOONER_IF_IDLE : 0;
    if (this.#scanning || this.#steady() < this.#nextScan - sooner) return false;
    void this.refill().then(() => this.#closed || this.#options.found());
    return true;
  }

  /**
   * Reads the waiting directories if they may have changed, and if that does not take too much of
   * the time.
   *
   * @param which Whether to look at pending/ alone.
   */
  async refillIfChanged(which: "all" | "pending" = "all"): Promise<void> {
    if (this.#steady() < this.#nextScan || !this.#mayHaveChanged(which)) return;
    await this.refill();
    if (!this.#closed) this.#options.found();
  }

  /** Stops the timer. */
  close(): void {
    this.#closed = true;
    this.#stopTimer();
  }

  async #scan(): Promise<void> {
    this.#changes.reading();
    this.#retries.reading();
    const begun = this.#steady();
    if (this.#spread.reading(this.#index, this.#store.now(), this.#opened.size === 0)) {
      this.#index = new ReadyIndex();
      this.#opened.clear();
    } else if (this.#index.spilled) {
      this.#index.readmit();
      // What was dropped may have been part of a batch: all of them are opened anew.
      this.#opened.clear();
    }
    await scanWaiting(
      this.#store,
      (entry) => this.#add(entry),
      () => this.#options.only ? () => false : this.#index.unwanted(this.#store.now()),
    );
    const ended = this.#steady();
    this.#nextScan = ended + (ended - begun) / SCAN_SHARE;
    this.#setTimer();
  }

  /** What could not be read is read at the next look for changes. */
  #scanLater(error: unknown): void {
    this.#changes.forget();
    this.#options.trouble(error);
  }

  #mayHaveChanged(which: "all" | "pending"): boolean {
    try {
      return this.#changes.mayHaveChanged() || which === "all" && this.#retries.mayHaveChanged();
    } catch (error) {
      this.#scanLater(error);
      return false;
    }
  }

  #add(entry: IndexEntry): void {
    const { only, parked, here } = this.#options;
    if (!mayRunAt(entry.where, here)) return;
    if (entry.batch) {
      if (this.#opened.has(entry.path) || this.#barren.has(entry.path)) return;
    } else if (only !== undefined && entry.id !== only) return;
    // A job that is held or waits for another comes back under another name when it is released.
    if (entry.time >= HELD_TIME || parked.has(entry)) return;
    this.#index.add(entry, this.#store.now());
    if (entry.time < this.#timerFor) this.#setTimer();
  }

  #open(batch: string): void {
    let count = 0;
    this.#opened.set(batch, Infinity);
    try {
      const begun = this.#steady();
      const changed = this.#barren.changedAt(batch);
      for (const entry of batchEntries(this.#store, batch)) {
        if (this.#options.parked.has(entry) || !mayRunAt(entry.where, this.#options.here)) continue;
        count++;
        this.#add({ ...entry, batch: false });
      }
      this.#opened.set(batch, count);
      this.#nextScan = Math.max(this.#nextScan, begun + (this.#steady() - begun) / SCAN_SHARE);
      if (count > 0 || this.#closeBatch(batch)) return;
      if (this.#store.now() - changed < CLOCK_GRAIN) this.#changes.forget();
      else this.#barren.add(batch, changed);
    } catch (error) {
      this.#opened.delete(batch);
      this.#scanLater(error);
    }
  }

  #givenOut(path: string): void {
    const batch = batchOf(path);
    const left = batch === undefined ? undefined : this.#opened.get(batch);
    if (left !== undefined) this.#opened.set(batch!, left - 1);
  }

  /** A job has left its place; if it was the last of its batch, the folder is removed. */
  left(path: string): void {
    const batch = batchOf(path);
    if (batch === undefined || this.#opened.get(batch) !== 0) return;
    // Not empty after all: a job was put in, or the index had no room for the rest. Read pending/
    // again later.
    if (!this.#closeBatch(batch)) this.#changes.forget();
  }

  /** Removes a batch's folder; returns whether it is gone. */
  #closeBatch(batch: string): boolean {
    this.#opened.delete(batch);
    return removeBatch(this.#store, batch);
  }

  #setTimer(): void {
    const next = this.#index.nextTime(this.#store.now()) ?? Infinity;
    if (next === this.#timerFor || this.#closed) return;
    this.#stopTimer();
    this.#timerFor = next;
    if (next === Infinity) return;
    this.#stopTimer = startLongTimer(next - this.#store.now(), () => {
      this.#timerFor = Infinity;
      this.#setTimer();
      this.#options.found();
    });
  }
}
