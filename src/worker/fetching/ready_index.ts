/**
 * What a worker knows of the waiting jobs: names, most urgent first. Choosing a job reads no file
 * and no directory.
 *
 * @module
 */

import { BinaryHeap } from "@std/data-structures/binary-heap";
import type { WaitingEntry } from "../../moves/claim.ts";
import { FIRST_USUAL_STAMP, formatStamp, isWaitingName, startsAtOnce } from "../../format/names.ts";

/** A waiting job, or a batch of them that stands for the first in it. */
export interface IndexEntry extends WaitingEntry {
  /** Whether it is a batch, whose jobs are not in the index yet. */
  batch: boolean;
}

/** How many ready entries the index surely holds, and how many that become ready later. */
const INDEX_CAPACITY = 20_000;

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

/** Gives entries out in an order; when they become too many, drops those that come last. */
class BoundedOrder {
  readonly #order: (a: IndexEntry, b: IndexEntry) => number;
  readonly #capacity: number;
  readonly #dropped: (entry: IndexEntry) => void;
  readonly #heap: BinaryHeap<IndexEntry>;
  /** The last entry that was kept when others were dropped: what comes after it is not taken in. */
  limit: IndexEntry | undefined;

  constructor(
    order: (a: IndexEntry, b: IndexEntry) => number,
    capacity: number,
    dropped: (entry: IndexEntry) => void,
  ) {
    this.#order = order;
    this.#capacity = capacity;
    this.#dropped = dropped;
    this.#heap = new BinaryHeap(order);
  }

  get length(): number {
    return this.#heap.length;
  }

  /** Takes an entry in, unless it comes after what has been dropped; returns whether it did. */
  push(entry: IndexEntry): boolean {
    if (this.limit !== undefined && this.#order(entry, this.limit) > 0) return false;
    this.#heap.push(entry);
    if (this.#heap.length >= 2 * this.#capacity) this.#cut();
    return true;
  }

  peek(): IndexEntry | undefined {
    return this.#heap.peek();
  }

  pop(): IndexEntry | undefined {
    return this.#heap.pop();
  }

  #cut(): void {
    const all = this.#heap.toArray().sort(this.#order);
    const kept = all.slice(0, this.#capacity);
    this.limit = kept.at(-1);
    this.#heap.clear();
    this.#heap.push(...kept);
    for (const entry of all.slice(this.#capacity)) this.#dropped(entry);
  }
}

/**
 * The waiting jobs of a queue: those that are ready, and those that will be. Holds only the most
 * urgent tens of thousands; {@linkcode ReadyIndex.spilled} says that there are more on disk.
 */
export class ReadyIndex {
  readonly #ready: BoundedOrder;
  readonly #later: BoundedOrder;
  /** Those that are to start at once. */
  readonly #first: IndexEntry[] = [];
  /** The paths of the entries in any of these. */
  readonly #known = new Set<string>();
  /** When so few are left it is time to read again: enough to go on with meanwhile. */
  readonly #lowest: number;

  /** @param capacity How many entries of each kind are surely held. */
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
    if (startsAtOnce(entry.time)) {
      this.#first.push(entry);
      return;
    }
    const heap = entry.time > now ? this.#later : this.#ready;
    if (!heap.push(entry)) this.#known.delete(path);
  }

  /**
   * A quick check of names, for a directory of a million: finds most that {@linkcode
   * ReadyIndex.add} would refuse, because there are more urgent entries than the index holds. Make
   * it anew whenever the index may have changed.
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
        if (!ready || name < FIRST_USUAL_STAMP || !isWaitingName(name)) return false;
        const priority = name.charCodeAt(21) - 48;
        return priority < ready.priority || (priority === ready.priority && name > lastReady!);
      }
      return later !== undefined && name > lastLater! && isWaitingName(name);
    };
  }

  /** Takes out an entry that is to start at once; no other method gives it out. */
  takeFirst(): IndexEntry | undefined {
    const entry = this.#first.shift();
    if (entry) this.#known.delete(pathOf(entry));
    return entry;
  }

  /** The most urgent entry that is ready. */
  peek(now: number): IndexEntry | undefined {
    this.#promote(now);
    return this.#ready.peek();
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
    return this.#ready.limit !== undefined || this.#later.limit !== undefined;
  }

  /** Whether one of the two kinds will soon have run out here while there is more of it on disk. */
  get low(): boolean {
    return [this.#ready, this.#later].some((order) =>
      order.limit !== undefined && order.length <= this.#lowest
    );
  }

  /** Makes room for what was left out; everything on disk is to be added again after this. */
  readmit(): void {
    this.#ready.limit = this.#later.limit = undefined;
  }

  #promote(now: number): void {
    for (let next = this.#later.peek(); next && next.time <= now; next = this.#later.peek()) {
      this.#later.pop();
      if (!this.#ready.push(next)) this.#known.delete(pathOf(next));
    }
  }
}

/** A waiting job's path below the queue. */
export function pathOf(entry: Pick<IndexEntry, "state" | "path">): string {
  return `${entry.state}/${entry.path}`;
}
