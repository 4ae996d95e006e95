/**
 * What a worker knows of the waiting jobs: names, most urgent first. Choosing a job reads no file
 * and no directory.
 *
 * @module
 */

import type { WaitingEntry } from "../../moves/claim.ts";
import { formatStamp, isWaitingName } from "../../format/names.ts";
import { BoundedOrder } from "./bounded_order.ts";

/** A waiting job, or a folder of them that stands for the foremost in it. */
export interface IndexEntry extends WaitingEntry {
  /** Whether it is a batch, whose jobs are not in the index yet. */
  batch: boolean;
}

/** How many entries the index holds before it keeps only the most urgent. */
export const INDEX_CAPACITY = 20_000;

/**
 * The order in which ready jobs run: by priority, the higher first; then by the time they were
 * ready; then by ID. A batch comes before a job that is its equal, as it may hold one that is
 * earlier.
 */
export function byUrgency(a: IndexEntry, b: IndexEntry): number {
  return b.priority - a.priority || a.time - b.time || Number(b.batch) - Number(a.batch) ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** The order in which waiting jobs become ready. */
export function byTime(a: IndexEntry, b: IndexEntry): number {
  return a.time - b.time || byUrgency(a, b);
}

/**
 * The waiting jobs of a queue: those that are ready, and those that will be. Holds at most the most
 * urgent tens of thousands; {@linkcode ReadyIndex.spilled} says that there are more on disk.
 */
export class ReadyIndex {
  readonly #ready: BoundedOrder<IndexEntry>;
  readonly #later: BoundedOrder<IndexEntry>;
  /** The paths of the entries in either heap. */
  readonly #known = new Set<string>();
  /** What is left when it is time to read again: enough to go on with meanwhile. */
  readonly #lowest: number;

  /** @param capacity Entries of each kind that are surely held. */
  constructor(capacity: number = INDEX_CAPACITY) {
    this.#lowest = capacity / 4;
    const drop = (entry: IndexEntry) => void this.#known.delete(pathOf(entry));
    this.#ready = new BoundedOrder(byUrgency, capacity, drop);
    this.#later = new BoundedOrder(byTime, capacity, drop);
  }

  /** Adds an entry; one that is known already is left as it is. */
  add(entry: IndexEntry, now: number): void {
    const path = pathOf(entry);
    if (this.#known.has(path)) return;
    this.#known.add(path);
    const heap = entry.time > now ? this.#later : this.#ready;
    if (!heap.push(entry)) this.#known.delete(path);
  }

  /**
   * A quick look at names, for a directory of a million of them: tells of most that {@linkcode
   * ReadyIndex.add} would not take in, as there are more urgent ones than it holds. To be made anew
   * whenever something else may have happened.
   *
   * @returns Whether a name in pending/ or failed/ is surely not wanted.
   */
  unwanted(now: number): (name: string) => boolean {
    const [ready, later] = [this.#ready.limit, this.#later.limit];
    if (!ready && !later) return () => false;
    const present = formatStamp(now);
    // The order of stamps is the order of time, and "~" comes after whatever follows a stamp.
    const lastReady = ready && formatStamp(ready.time) + "~";
    const lastLater = later && formatStamp(later.time) + "~";
    return (name) => {
      if (name < present) {
        if (!ready || !isWaitingName(name)) return false;
        const priority = name.charCodeAt(21) - 48;
        return priority < ready.priority || (priority === ready.priority && name > lastReady!);
      }
      return later !== undefined && name > lastLater! && isWaitingName(name);
    };
  }

  /** Takes out the most urgent entry that is ready. */
  take(now: number): IndexEntry | undefined {
    this.#promote(now);
    const entry = this.#ready.pop();
    if (entry) this.#known.delete(pathOf(entry));
    return entry;
  }

  /** Whether an entry is ready. */
  hasReady(now: number): boolean {
    this.#promote(now);
    return this.#ready.length > 0;
  }

  /** When the next entry that is not ready will be, in milliseconds since 1970. */
  nextTime(now: number): number | undefined {
    this.#promote(now);
    return this.#later.peek()?.time;
  }

  /** Whether entries were left out for lack of room. */
  get spilled(): boolean {
    return this.#ready.spilled || this.#later.spilled;
  }

  /** Whether one of the two kinds will soon have run out here while there is more of it on disk. */
  get low(): boolean {
    return [this.#ready, this.#later].some((order) =>
      order.spilled && order.length <= this.#lowest
    );
  }

  /** Makes room for what was left out; everything on disk is to be added again after this. */
  readmit(): void {
    this.#ready.readmit();
    this.#later.readmit();
  }

  #promote(now: number): void {
    for (let next = this.#later.peek(); next && next.time <= now; next = this.#later.peek()) {
      this.#later.pop();
      if (!this.#ready.push(next)) this.#known.delete(pathOf(next));
    }
  }
}

function pathOf(entry: IndexEntry): string {
  return `${entry.state}/${entry.path}`;
}
