/**
 * Entries in an order, up to a number of them.
 *
 * @module
 */

import { BinaryHeap } from "@std/data-structures/binary-heap";

/**
 * Gives entries out foremost first, and when it grows too large drops those that come last.
 *
 * Most come in by the thousand, from a directory, and are sorted: giving one out then costs
 * nothing. What comes one by one afterwards goes into a heap beside them, and when that has become
 * a sixteenth as large, in among them.
 */
export class BoundedOrder<T> {
  readonly #order: (a: T, b: T) => number;
  readonly #capacity: number;
  readonly #dropped: (entry: T) => void;
  /** In order, the foremost last. */
  #sorted: T[] = [];
  readonly #heap: BinaryHeap<T>;
  /** What came since the last look, in no order. */
  #fresh: T[] = [];
  #limit: T | undefined;

  /**
   * @param order Negative if its first comes before its second.
   * @param capacity How many are surely held.
   * @param dropped Called with each that is dropped.
   */
  constructor(order: (a: T, b: T) => number, capacity: number, dropped: (entry: T) => void) {
    this.#order = order;
    this.#capacity = capacity;
    this.#dropped = dropped;
    this.#heap = new BinaryHeap(order);
  }

  /** Whether any were dropped. */
  get spilled(): boolean {
    return this.#limit !== undefined;
  }

  /** The last entry that was kept when others were dropped: what comes after it is not taken in. */
  get limit(): T | undefined {
    return this.#limit;
  }

  /** How many are held. */
  get length(): number {
    return this.#sorted.length + this.#heap.length + this.#fresh.length;
  }

  /** Takes an entry in, and says so; one that comes after what has been dropped already is not. */
  push(entry: T): boolean {
    if (this.#limit !== undefined && this.#order(entry, this.#limit) > 0) return false;
    this.#fresh.push(entry);
    if (this.length >= 2 * this.#capacity) this.#cut();
    return true;
  }

  /** The foremost. */
  peek(): T | undefined {
    this.#arrange();
    return this.#heapIsAhead() ? this.#heap.peek() : this.#sorted.at(-1);
  }

  /** Takes the foremost out. */
  pop(): T | undefined {
    this.#arrange();
    return this.#heapIsAhead() ? this.#heap.pop() : this.#sorted.pop();
  }

  /** Forgets that anything was dropped: everything is about to be offered again. */
  readmit(): void {
    this.#limit = undefined;
  }

  #heapIsAhead(): boolean {
    const [late, early] = [this.#heap.peek(), this.#sorted.at(-1)];
    return late !== undefined && (early === undefined || this.#order(late, early) < 0);
  }

  #arrange(): void {
    if (this.#fresh.length === 0) return;
    const beside = this.#heap.length + this.#fresh.length;
    if (beside > this.#sorted.length / 16) this.#sortAll();
    else for (const entry of this.#fresh.splice(0)) this.#heap.push(entry);
  }

  #sortAll(): void {
    const all = [...this.#sorted, ...this.#heap.toArray(), ...this.#fresh];
    this.#sorted = all.sort((a, b) => this.#order(b, a));
    this.#heap.clear();
    this.#fresh = [];
  }

  #cut(): void {
    this.#sortAll();
    const last = this.#sorted.splice(0, this.#sorted.length - this.#capacity);
    this.#limit = this.#sorted[0];
    for (const entry of last) this.#dropped(entry);
  }
}
