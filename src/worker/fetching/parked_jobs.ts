/**
 * Jobs that wait for resources. A worker has read what they need and put them back; it remembers
 * them by their names until there may be places for them.
 *
 * @module
 */

import { BinaryHeap } from "@std/data-structures/binary-heap";
import { type Need, needsText, unmeetable } from "../../constraints/needs.ts";
import { pathIn, type Store } from "../../store/store.ts";
import { byUrgency, type IndexEntry } from "./ready_index.ts";

/** How many jobs a worker remembers; while it remembers so many, it claims no others. */
const MOST_PARKED = 100_000;

/** A parked job, and since when this worker knows of it, by a steady clock, in milliseconds. */
interface Parked {
  entry: IndexEntry;
  since: number;
}

/** Jobs that need the same. */
export interface ParkedGroup {
  /** What they need. */
  readonly needs: readonly Need[];
  /** That as one text. */
  readonly text: string;
  /** The most urgent of them. */
  readonly first: IndexEntry;
  /** Since when this worker knows of that one. */
  readonly since: number;
}

/** Parked jobs: those that need the same form a group, in the order of urgency. */
export class ParkedJobs {
  readonly #store: Store;
  readonly #groups = new Map<string, { needs: readonly Need[]; heap: BinaryHeap<Parked> }>();
  readonly #paths = new Set<string>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** How many jobs are parked. */
  get size(): number {
    return this.#paths.size;
  }

  /** Whether no more should be parked. */
  get full(): boolean {
    return this.#paths.size >= MOST_PARKED;
  }

  /** Whether a job waits for no more places than there are. */
  get hasMeetable(): boolean {
    return this.groups().some(({ needs }) => unmeetable(this.#store, needs) === undefined);
  }

  /** All groups, the one with the most urgent job first. */
  groups(): ParkedGroup[] {
    return [...this.#groups].map(([text, { needs, heap }]) => {
      const { entry, since } = heap.peek()!;
      return { needs, text, first: entry, since };
    }).sort((a, b) => byUrgency(a.first, b.first));
  }

  /** Whether a job waits that needs just this. */
  waitsFor(text: string): boolean {
    return this.#groups.has(text);
  }

  /** Whether this job is parked. */
  has({ state, path }: Pick<IndexEntry, "state" | "path">): boolean {
    return this.#paths.size > 0 && this.#paths.has(`${state}/${path}`);
  }

  /** Parks a job; one that is parked already stays as it is. */
  add(needs: readonly Need[], entry: IndexEntry): void {
    if (this.has(entry)) return;
    this.#paths.add(`${entry.state}/${entry.path}`);
    const text = needsText(needs);
    const group = this.#groups.get(text) ?? {
      needs,
      heap: new BinaryHeap<Parked>((a, b) => byUrgency(a.entry, b.entry)),
    };
    this.#groups.set(text, group);
    group.heap.push({ entry, since: performance.now() });
  }

  /** The most urgent job of a group. */
  peek(text: string): IndexEntry | undefined {
    return this.#groups.get(text)?.heap.peek()?.entry;
  }

  /** Takes out the most urgent job of a group. */
  take(text: string): IndexEntry | undefined {
    const heap = this.#groups.get(text)?.heap;
    const entry = heap?.pop()?.entry;
    if (entry) this.#paths.delete(`${entry.state}/${entry.path}`);
    if (heap?.length === 0) this.#groups.delete(text);
    return entry;
  }

  /** Forgets the first jobs of a group that were removed, cancelled, edited or claimed since. */
  forgetGone(text: string): void {
    for (let entry; (entry = this.peek(text)); this.take(text)) {
      if (this.#store.files.exists(pathIn(this.#store, entry.state, entry.path))) return;
    }
  }
}
