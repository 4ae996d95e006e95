/**
 * Jobs that wait for a resource. A worker has read what they need and put them back; it remembers them by
 * their names until there may be a place for them.
 *
 * @module
 */

import { BinaryHeap } from "@std/data-structures/binary-heap";
import { byUrgency, type IndexEntry } from "./ready_index.ts";

/** How many jobs a worker remembers; while it does, it claims only what it remembers. */
export const MOST_PARKED = 100_000;

/** Parked jobs, those of each resource by urgency. */
export class ParkedJobs {
  readonly #byResource = new Map<string, BinaryHeap<IndexEntry>>();
  readonly #paths = new Set<string>();

  /** How many are parked. */
  get size(): number {
    return this.#paths.size;
  }

  /** Whether no more should be parked. */
  get full(): boolean {
    return this.#paths.size >= MOST_PARKED;
  }

  /** The resources that jobs wait for. */
  resources(): string[] {
    return [...this.#byResource.keys()];
  }

  /** Whether a job waits for a resource. */
  waitsFor(resource: string): boolean {
    return this.#byResource.has(resource);
  }

  /** Whether this job is parked. */
  has(entry: Pick<IndexEntry, "state" | "path">): boolean {
    return this.#paths.size > 0 && this.#paths.has(pathOf(entry));
  }

  /** Parks a job; one that is parked already stays as it is. */
  add(resource: string, entry: IndexEntry): void {
    if (this.has(entry)) return;
    this.#paths.add(pathOf(entry));
    const heap = this.#byResource.get(resource) ?? new BinaryHeap<IndexEntry>(byUrgency);
    this.#byResource.set(resource, heap);
    heap.push(entry);
  }

  /** The most urgent job that waits for a resource. */
  peek(resource: string): IndexEntry | undefined {
    return this.#byResource.get(resource)?.peek();
  }

  /** Takes out the most urgent job that waits for a resource. */
  take(resource: string): IndexEntry | undefined {
    const heap = this.#byResource.get(resource);
    const entry = heap?.pop();
    if (entry) this.#paths.delete(pathOf(entry));
    if (heap?.length === 0) this.#byResource.delete(resource);
    return entry;
  }
}

function pathOf(entry: Pick<IndexEntry, "state" | "path">): string {
  return `${entry.state}/${entry.path}`;
}
