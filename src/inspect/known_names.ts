/**
 * The names of a queue's jobs, remembered: counts of them all, and windows of at most 20,000. A
 * queue that nobody asks about for a minute is not watched; nothing is scanned while nothing
 * changes, and scans take at most a thirtieth of the time.
 *
 * @module
 */

import { entries, entryAt } from "../contents/entries.ts";
import type { Counts } from "../contents/listing.ts";
import { timeOfId } from "../format/ids.ts";
import type { JobState } from "../format/names.ts";
import { type Change, watchQueue } from "../fs/watch.ts";
import type { OpenQueue, Store } from "../store/store.ts";
import { comparePlaces, NONE, type Wanted } from "./name_scan.ts";
import { type NameWindow, StateNames } from "./state_names.ts";

/** {@linkcode Counts}, with what `delayed` is made of. */
export interface DividedCounts extends Counts {
  /** Those of `delayed` that are held. */
  held: number;
  /** Those of `delayed` that wait for other jobs. */
  waiting: number;
}

/** The states whose names are remembered: those of running jobs are few. */
const REMEMBERED = ["pending", "failed", "done", "dead"] as const;

/** What is watched. */
const WATCHED = ["", "processing", "workers", ...REMEMBERED] as const;

/** How long changes of a busy queue gather, in milliseconds. */
const GATHERED = 25;

/** How long to watch after the last question, in milliseconds, where nobody listens. */
const WATCHES_ON = 60_000;

/** Remembers the names of a queue's jobs. */
export class KnownNames implements Disposable {
  readonly #store: Store;
  readonly #states: Readonly<Record<typeof REMEMBERED[number], StateNames>>;
  readonly #listeners = new Set<(change: Change) => void>();
  #unwatch: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Looks at nothing yet. */
  constructor(queue: OpenQueue) {
    this.#store = queue.store;
    const names = (state: JobState) => new StateNames(queue.store, state);
    this.#states = {
      pending: names("pending"),
      failed: names("failed"),
      done: names("done"),
      dead: names("dead"),
    };
  }

  /** Calls back for each change, until the returned function is called. */
  listen(changed: (change: Change) => void): () => void {
    const listener = (change: Change) => changed(change);
    this.#listeners.add(listener);
    this.#watch();
    return () => {
      this.#listeners.delete(listener);
      this.#watch();
    };
  }

  /** How many jobs are in each state; long counts may be those before the latest changes. */
  async counts(): Promise<DividedCounts> {
    this.#watch();
    const pending = await this.#states.pending.tally();
    const { held, waiting } = pending;
    const delayed = pending.delayed + held + waiting;
    return {
      pending: Math.max(0, pending.total - delayed),
      delayed,
      processing: [...entries(this.#store, "processing")].length,
      done: (await this.#states.done.tally()).total,
      failed: (await this.#states.failed.tally()).total,
      dead: (await this.#states.dead.tally()).total,
      held,
      waiting,
    };
  }

  /** How many jobs each worker runs. */
  busy(): Map<string, number> {
    const busy = new Map<string, number>();
    for (const { worker } of entries(this.#store, "processing")) {
      if (worker !== undefined) busy.set(worker, (busy.get(worker) ?? 0) + 1);
    }
    return busy;
  }

  /** Since when the oldest ready job is ready, in milliseconds since 1970. */
  async oldestReady(): Promise<number | undefined> {
    const { oldestName } = await this.#states.pending.tally();
    return oldestName === NONE ? undefined : entryAt("pending", oldestName).time;
  }

  /** When the oldest of the counts was made, in milliseconds since 1970. */
  get countedAt(): number {
    return Math.min(...REMEMBERED.map((state) => this.#states[state].countedAt));
  }

  /** When something should be counted again, in milliseconds since 1970. */
  get nextCount(): number {
    return Math.min(...REMEMBERED.map((state) => this.#states[state].nextCount));
  }

  /** The first names of a state that are wanted. */
  async window(state: JobState, wanted: Wanted): Promise<NameWindow> {
    this.#watch();
    if (state !== "processing") return await this.#states[state].window(wanted);
    const sign = wanted.order === "asc" ? 1 : -1;
    const names = [...entries(this.#store, state)]
      .map((entry) => ({ made: timeOfId(entry.id) ?? entry.time, id: entry.id, path: "", entry }))
      .filter((name) => !wanted.after || sign * comparePlaces(name, wanted.after) > 0)
      .sort((a, b) => sign * comparePlaces(a, b));
    return { names, isWhole: true };
  }

  /** Whether {@linkcode KnownNames.window} would answer at once. */
  knows(state: JobState, wanted: Wanted): boolean {
    return state === "processing" || this.#states[state].knows(wanted);
  }

  /** Whether all states have been counted once. */
  get isCounted(): boolean {
    return REMEMBERED.every((state) => this.#states[state].isCounted);
  }

  /** Stops watching. */
  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#unwatch?.();
    this.#unwatch = undefined;
  }

  /** Watches while someone listens, and for a while after each question. */
  #watch(): void {
    clearTimeout(this.#timer);
    if (!this.#unwatch) {
      this.#unwatch = watchQueue(
        this.#store.dir,
        WATCHED,
        (change) => this.#hear(change),
        Object.fromEntries(WATCHED.map((directory) => [directory, "names" as const])),
        GATHERED,
      );
      for (const state of REMEMBERED) this.#states[state].resume();
    }
    if (this.#listeners.size > 0) return;
    this.#timer = setTimeout(() => this[Symbol.dispose](), WATCHES_ON);
    Deno.unrefTimer(this.#timer);
  }

  #hear(change: Change): void {
    const { directory, name, removed } = change;
    if (directory === "processing" && !removed) this.#states.pending.claimed();
    for (const state of REMEMBERED) {
      if (state === directory && !name.endsWith(".log")) this.#states[state].hear(name, removed);
    }
    for (const listener of this.#listeners) listener(change);
  }
}
