/**
 * Jobs that wait for resources. A worker has read what they need and put them back; it remembers
 * them by their names until there may be places for them.
 *
 * @module
 */

import { BinaryHeap } from "@std/data-structures/binary-heap";
import { entryAt, standalone } from "../../contents/entries.ts";
import { type Need, needsText, unmeetable } from "../../constraints/needs.ts";
import { pathIn, type Store } from "../../store/store.ts";
import { byUrgency, type IndexEntry, pathOf } from "./ready_index.ts";

/** How many jobs a worker remembers; while it remembers so many, it claims no others. */
const MOST_PARKED = 1_000_000;

/** Of how many jobs of a group it surely knows the order; of the others it remembers the names. */
const IN_ORDER = 10_000;

/** A parked job, and since when this worker knows of it, by a steady clock, in milliseconds. */
interface Parked {
  path: string;
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

interface Group {
  needs: readonly Need[];
  heap: BinaryHeap<Parked>;
  /** The paths of those that come after all in the heap. */
  later: string[];
  /** The last that was left in the heap when others were taken out. */
  last: IndexEntry | undefined;
}

/** Parked jobs: those that need the same form a group, in the order of urgency. */
export class ParkedJobs {
  readonly #store: Store;
  readonly #groups = new Map<string, Group>();
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
  has(entry: Pick<IndexEntry, "state" | "path">): boolean {
    return this.#paths.size > 0 && this.#paths.has(pathOf(entry));
  }

  /** Parks a job; one that is parked already stays as it is. */
  add(needs: readonly Need[], entry: IndexEntry): void {
    if (this.has(entry)) return;
    const path = standalone(pathOf(entry));
    this.#paths.add(path);
    const text = needsText(needs);
    let group = this.#groups.get(text);
    if (!group) {
      const heap = new BinaryHeap<Parked>((a, b) => byUrgency(a.entry, b.entry));
      this.#groups.set(text, group = { needs, heap, later: [], last: undefined });
    }
    if (group.last && byUrgency(entry, group.last) > 0) group.later.push(path);
    else group.heap.push(parked(path));
    if (group.heap.length >= 2 * IN_ORDER) cut(group);
  }

  /** The most urgent job of a group. */
  peek(text: string): IndexEntry | undefined {
    return this.#groups.get(text)?.heap.peek()?.entry;
  }

  /** Takes out the most urgent job of a group. */
  take(text: string): IndexEntry | undefined {
    const group = this.#groups.get(text);
    const entry = group?.heap.pop()?.entry;
    if (!group || !entry) return undefined;
    this.#paths.delete(pathOf(entry));
    if (group.heap.length > 0) return entry;
    if (group.later.length === 0) this.#groups.delete(text);
    else cut(group);
    return entry;
  }

  /** Forgets the first jobs of a group that were removed, cancelled, edited or claimed since. */
  forgetGone(text: string): void {
    for (let entry; (entry = this.peek(text)); this.take(text)) {
      if (this.#store.files.exists(pathIn(this.#store, entry.state, entry.path))) return;
    }
  }
}

/** Leaves the most urgent jobs of a group in its heap. */
function cut(group: Group): void {
  const { heap, later } = group;
  const all = [...heap.toArray(), ...later.map(parked)];
  all.sort((a, b) => byUrgency(a.entry, b.entry));
  heap.clear();
  heap.push(...all.slice(0, IN_ORDER));
  const others = all.slice(IN_ORDER);
  group.last = others.length > 0 ? all[IN_ORDER - 1]!.entry : undefined;
  group.later = others.map(({ path }) => path);
}

/** A job by its path, such as `pending/20260102T030405.678Z-5-a.json`. */
function parked(path: string): Parked {
  const [state, ...rest] = path.split("/");
  const entry = entryAt(state as IndexEntry["state"], rest.join("/"));
  return { path, entry: { ...entry, batch: false }, since: performance.now() };
}
