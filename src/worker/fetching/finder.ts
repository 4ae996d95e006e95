/**
 * Finding the next job: keeps the index filled, by events, by a timer for what becomes ready later, and by
 * reading the directories where neither suffices.
 *
 * @module
 */

import { batchEntries } from "../../contents/entries.ts";
import { HELD_TIME } from "../../format/names.ts";
import { pathIn, removeIfThere, type Store } from "../../store/store.ts";
import { type IndexEntry, ReadyIndex } from "./ready_index.ts";
import { indexEntry, scanWaiting, WAITING_STATES } from "./scan.ts";

/** Reading the directories takes at most this share of the time. */
const SCAN_SHARE = 0.1;

/** How long an entry that could not be claimed is left alone, in milliseconds. */
const PUT_ASIDE = 5000;

/** The longest that one timer of the runtime waits, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Keeps a {@linkcode ReadyIndex} true to the disk, and gives out what is most urgent. */
export class Finder {
  /** Says which jobs are known to wait for something else, and not to be given out. */
  isParked: (entry: IndexEntry) => boolean = () => false;
  readonly #store: Store;
  readonly #only: string | undefined;
  readonly #found: () => void;
  readonly #trouble: (error: unknown) => void;
  readonly #index = new ReadyIndex();
  /** Batches whose jobs are in the index: how many of them have not been given out. */
  readonly #opened = new Map<string, number>();
  /** Folders of a batch's name that hold no job and cannot be removed, and when they had last changed. */
  readonly #barren = new Map<string, number>();
  #contended = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerFor = Infinity;
  #scanning: Promise<void> | undefined;
  #seen = "";
  #nextScan = 0;
  #closed = false;

  /**
   * @param only Gives out just the job of this ID.
   * @param found Called when something may have become ready.
   * @param trouble Called when the directories cannot be read; they are read again later.
   */
  constructor(
    store: Store,
    only: string | undefined,
    found: () => void,
    trouble: (error: unknown) => void,
  ) {
    this.#store = store;
    this.#only = only;
    this.#found = found;
    this.#trouble = trouble;
  }

  /** Takes in a name that appeared in pending/ or failed/. */
  hear(directory: "pending" | "failed", name: string): void {
    // A job's name ends in .json, so only what does not can be a batch: no need to look.
    const entry = indexEntry(directory, name, !name.endsWith(".json"));
    if (!entry) return;
    this.#add(entry);
    this.#found();
  }

  /** Takes out the most urgent job that is ready; `undefined` if there is none. */
  take(): IndexEntry | undefined {
    const entry = this.#next();
    if (this.#index.low && !this.#scanning) void this.refill().then(this.#found);
    return entry;
  }

  #next(): IndexEntry | undefined {
    let passedOver = false;
    for (;;) {
      const entry = this.#index.take(this.#store.now());
      if (!entry) break;
      if (entry.batch) this.#open(entry.path);
      else {
        this.#givenOut(entry.path);
        if (!this.#contended || this.#isThere(entry)) {
          this.#contended &&= passedOver;
          return entry;
        }
        passedOver = true;
        this.left(entry.path);
      }
    }
    this.#setTimer();
  }

  /**
   * Called when another had claimed what was given out. While others are ahead like that, entries are
   * looked at before they are given out: that costs a tenth of trying to claim.
   */
  lost(): void {
    this.#contended = true;
  }

  /** Whether a job is ready. */
  hasReady(): boolean {
    return this.#index.hasReady(this.#store.now());
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
    this.putBack({ ...entry, time: this.#store.now() + PUT_ASIDE });
  }

  /** Reads the waiting directories; a call while one is under way waits for that one. */
  refill(): Promise<void> {
    return this.#scanning ??= this.#scan().catch((error) => this.#later(error))
      .finally(() => this.#scanning = undefined);
  }

  /** Reads the waiting directories if they have changed since, and if that does not take too much of the time. */
  async refillIfChanged(): Promise<void> {
    if (this.#store.now() < this.#nextScan || !this.#hasChanged()) return;
    await this.refill();
    if (!this.#closed) this.#found();
  }

  /** Stops the timer. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #scan(): Promise<void> {
    this.#seen = this.#modified();
    const begun = performance.now();
    if (this.#index.spilled) {
      this.#index.readmit();
      // What was dropped may have been part of a batch: all of them are opened anew.
      this.#opened.clear();
    }
    await scanWaiting(
      this.#store,
      (entry) => this.#add(entry),
      () => this.#only === undefined ? this.#index.unwanted(this.#store.now()) : () => false,
    );
    this.#nextScan = this.#store.now() + (performance.now() - begun) / SCAN_SHARE;
    this.#setTimer();
  }

  #isThere({ state, path }: IndexEntry): boolean {
    return this.#store.files.exists(pathIn(this.#store, state, path));
  }

  /** What could not be read is looked for again at the next look for changes. */
  #later(error: unknown): void {
    this.#seen = "";
    this.#trouble(error);
  }

  #hasChanged(): boolean {
    try {
      return this.#modified() !== this.#seen;
    } catch (error) {
      this.#later(error);
      return false;
    }
  }

  #modified(): string {
    return WAITING_STATES.map((state) => this.#store.files.stat(pathIn(this.#store, state))?.mtime)
      .join();
  }

  #add(entry: IndexEntry): void {
    if (entry.batch) {
      if (this.#opened.has(entry.path) || this.#isBarren(entry.path)) return;
    } else if (this.#only !== undefined && entry.id !== this.#only) return;
    // No clock reaches these: they come back under another name when they are released.
    if (entry.time >= HELD_TIME || this.isParked(entry)) return;
    this.#index.add(entry, this.#store.now());
    if (entry.time < this.#timerFor) this.#setTimer();
  }

  #open(batch: string): void {
    let count = 0;
    this.#opened.set(batch, Infinity);
    try {
      const changed = this.#changedAt(batch);
      for (const entry of batchEntries(this.#store, batch)) {
        const indexed = { ...entry, batch: false };
        if (this.isParked(indexed)) continue;
        count++;
        this.#add(indexed);
      }
      this.#opened.set(batch, count);
      if (count > 0 || this.#closeBatch(batch)) return;
      // What changed just now may change again within the clock's grain: only then look again.
      if (Math.abs(this.#store.now() - changed) > 1000) this.#barren.set(batch, changed);
      else this.#seen = "";
    } catch (error) {
      this.#opened.delete(batch);
      this.#later(error);
    }
  }

  #changedAt(batch: string): number {
    return this.#store.files.stat(pathIn(this.#store, "pending", batch))?.mtime ?? 0;
  }

  #isBarren(batch: string): boolean {
    const changed = this.#barren.get(batch);
    if (changed === undefined) return false;
    if (changed === this.#changedAt(batch)) return true;
    this.#barren.delete(batch);
    return false;
  }

  #givenOut(path: string): void {
    const batch = batchOf(path);
    const left = batch === undefined ? undefined : this.#opened.get(batch);
    if (left !== undefined) this.#opened.set(batch!, left - 1);
  }

  /** Called when a job of a batch has left it: whoever finds the folder empty removes it. */
  left(path: string): void {
    const batch = batchOf(path);
    if (batch === undefined || this.#opened.get(batch) !== 0) return;
    // Not empty after all: someone put a job in, or the index had no room for the rest. A later
    // reading of pending/ finds it again.
    if (!this.#closeBatch(batch)) this.#seen = "";
  }

  /** Removes a batch's folder, and says whether it is gone. */
  #closeBatch(batch: string): boolean {
    this.#opened.delete(batch);
    const folder = pathIn(this.#store, "pending", batch);
    try {
      const stat = this.#store.files.stat(folder);
      if (!stat) return true;
      // An event does not say what has the name: a file that has it is someone's, and is left alone.
      if (stat.kind !== "directory") return false;
      removeIfThere(this.#store, folder);
      return true;
    } catch {
      return false;
    }
  }

  #setTimer(): void {
    const next = this.#index.nextTime(this.#store.now()) ?? Infinity;
    if (next === this.#timerFor || this.#closed) return;
    clearTimeout(this.#timer);
    this.#timerFor = next;
    if (next === Infinity) return;
    const wait = Math.min(Math.max(0, next - this.#store.now()), LONGEST_TIMER);
    this.#timer = setTimeout(() => {
      this.#timerFor = Infinity;
      this.#setTimer();
      this.#found();
    }, wait);
  }
}

function batchOf(path: string): string | undefined {
  const slash = path.indexOf("/");
  return slash < 0 ? undefined : path.slice(0, slash);
}
