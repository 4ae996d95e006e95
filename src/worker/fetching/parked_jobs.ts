/**
 * Jobs that wait for resources. A worker has read what they need and put them back; it remembers them by
 * their names until there may be places for them.
 *
 * @module
 */

import { BinaryHeap } from "@std/data-structures/binary-heap";
import { type Need, needsText } from "../../constraints/needs.ts";
import { byUrgency, type IndexEntry } from "./ready_index.ts";

/** How many jobs a worker remembers; while it does, it claims only what it remembers. */
export const MOST_PARKED = 100_000;

/** A job that waits, and since when this worker knows of it, in milliseconds of a clock that nobody sets. */
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

/** Parked jobs: those that need the same are together, by urgency. */
export class ParkedJobs {
  readonly #groups = new Map<string, { needs: readonly Need[]; heap: BinaryHeap<Parked> }>();
  readonly #paths = new Set<string>();

  /** How many are parked. */
  get size(): number {
    return this.#paths.size;
  }

  /** Whether no more should be parked. */
  get full(): boolean {
    return this.#paths.size >= MOST_PARKED;
  }

  /** What jobs wait for, those with the most urgent job first. */
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
  has(entry: Pick<IndexEntry, "state" | "path">): boolean {
    return this.#paths.size > 0 && this.#paths.has(pathOf(entry));
  }

  /**
   * Parks a job; one that is parked already stays as it is.
   *
   * @param now A clock that nobody sets, in milliseconds.
   */
  add(needs: readonly Need[], entry: IndexEntry, now: number): void {
    if (this.has(entry)) return;
    this.#paths.add(pathOf(entry));
    const text = needsText(needs);
    const group = this.#groups.get(text) ?? {
      needs,
      heap: new BinaryHeap<Parked>((a, b) => byUrgency(a.entry, b.entry)),
    };
    this.#groups.set(text, group);
    group.heap.push({ entry, since: now });
  }

  /** The most urgent job of those that need this. */
  peek(text: string): IndexEntry | undefined {
    return this.#groups.get(text)?.heap.peek()?.entry;
  }

  /** Takes out the most urgent job of those that need this. */
  take(text: string): IndexEntry | undefined {
    const heap = this.#groups.get(text)?.heap;
    const entry = heap?.pop()?.entry;
    if (entry) this.#paths.delete(pathOf(entry));
    if (heap?.length === 0) this.#groups.delete(text);
    return entry;
  }
}

function pathOf(entry: Pick<IndexEntry, "state" | "path">): string {
  return `${entry.state}/${entry.path}`;
}
