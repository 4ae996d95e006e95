/**
 * Which job a worker may claim next, and what it must hold while that runs: see src/constraints/limits.ts and
 * src/constraints/turns.ts. With no limit set nothing is asked.
 *
 * A job that needs several places waits like any other at first, and others go past it that need less. Once
 * a worker has known it for {@linkcode PATIENCE}, and it is the most urgent that this worker could run so, the worker
 * reserves: it keeps the turns of what the job needs, so that no other worker takes a place, and a slot free.
 *
 * @module
 */

import {
  type HeldPlace,
  type LimitName,
  releaseAll,
  removePlace,
  surplusPlaces,
  takePlace,
} from "../../constraints/limits.ts";
import {
  type Need,
  needsSeveral,
  needsText,
  placesOfResource,
  unmeetable,
} from "../../constraints/needs.ts";
import { pathIn, type Store } from "../../store/store.ts";
import { takeNeeds, Turns } from "../../constraints/turns.ts";
import type { Finder } from "./finder.ts";
import { type ParkedGroup, ParkedJobs } from "./parked_jobs.ts";
import { byUrgency, type IndexEntry } from "./ready_index.ts";

/** How often to ask for what another worker had when it was last asked for, in milliseconds. */
const ASK_EVERY = 150;

/** How many places of one limit are tried each time. */
const MOST_TRIES = 32;

/** How long a job that needs several places lets others by that need less, in milliseconds. */
export const PATIENCE = 5000;

/** What a job holds while it runs. */
export interface HeldPlaces {
  /** Its place among all jobs, if `concurrency` is set. */
  among?: HeldPlace;
  /** What it needs, as one text; missing if it needs nothing. */
  needs?: string;
  /** Its places of that. */
  places?: readonly HeldPlace[];
}

/** A job to be claimed, and what is held for it. */
export interface Admitted {
  entry: IndexEntry;
  held: HeldPlaces;
}

/** What a {@linkcode Limiter} tells its worker. */
export interface LimiterEvents {
  /** Something may have become free. */
  changed(): void;
  /** A worker died that held something, and has yet to be recovered. */
  unrecovered(): void;
  /** A job waits for places of a resource, the first of this worker's to need just these; `places` there are. */
  waits(id: string, need: Need, places: number): void;
}

/** Keeps a worker within the queue's limits. */
export class Limiter {
  /** Whether its jobs are part of one that has its place among all: they take none of their own. */
  isPart = false;
  readonly #store: Store;
  readonly #worker: string;
  readonly #events: LimiterEvents;
  readonly #clock: () => number;
  readonly #parked = new ParkedJobs();
  /** What could not be had when it was last asked for: `concurrency`, or what jobs need, as one text. */
  readonly #full = new Set<string>();
  /** Where to begin to ask. */
  readonly #first = new Map<LimitName, number>();
  /** The turns that are kept for the first of the parked jobs that need this. */
  #reserved: { text: string; needs: readonly Need[]; turns: Turns } | undefined;
  #surplus: string[] = [];
  #settings = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  /** @param clock One that nobody sets, in milliseconds. */
  constructor(
    store: Store,
    worker: string,
    events: LimiterEvents,
    clock: () => number = () => performance.now(),
  ) {
    this.#store = store;
    this.#worker = worker;
    this.#events = events;
    this.#clock = clock;
  }

  /** Whether a job waits for resources of which there are as many places, as far as this worker has met them. */
  get hasParked(): boolean {
    return this.#parked.size > 0 &&
      this.#parked.groups().some(({ needs }) => unmeetable(this.#store, needs) === undefined);
  }

  /** Whether a job is known to wait for a resource. */
  isParked(entry: Pick<IndexEntry, "state" | "path">): boolean {
    return this.#parked.has(entry);
  }

  /** Takes notice of the settings, which may have changed. */
  heed(): void {
    const { config } = this.#store;
    const limits = Object.entries(config).filter(([key]) =>
      key === "concurrency" || key.startsWith("resources.")
    );
    const settings = JSON.stringify(limits);
    if (settings === this.#settings) return;
    this.#settings = settings;
    this.#surplus = surplusPlaces(this.#store);
    this.#full.clear();
  }

  /**
   * The next job that may be claimed; `undefined` if there is none now.
   *
   * @param slots How many the worker could start now.
   */
  next(finder: Finder, slots: number): Admitted | undefined {
    const limited = !this.isPart && this.#store.config.concurrency !== null;
    if (!limited && this.#parked.size === 0) {
      const entry = finder.take();
      return entry && { entry, held: {} };
    }
    if (!finder.hasReady() && !this.#mayUnpark()) {
      // Nothing is to be had: but the finder is to know that it was asked.
      const entry = finder.take();
      if (entry) finder.putBack(entry);
      return undefined;
    }
    const among = limited ? this.#takeAmong() : undefined;
    if (limited && !among) return undefined;
    let chosen: Admitted | undefined;
    try {
      chosen = this.#unpark() ?? this.#fresh(finder, slots);
    } finally {
      if (!chosen) among?.release();
    }
    return chosen && { entry: chosen.entry, held: { ...chosen.held, among } };
  }

  #fresh(finder: Finder, slots: number): Admitted | undefined {
    if (this.#parked.full) return undefined;
    // What is reserved for must find a slot when its places are free.
    if (this.#reserved && slots <= 1) return undefined;
    const entry = finder.take();
    return entry && { entry, held: {} };
  }

  #mayUnpark(): boolean {
    return this.#parked.groups().some(({ text }) => !this.#full.has(text));
  }

  /** A parked job, and the places that it waited for. The most urgent comes first, if there are places for it. */
  #unpark(): Admitted | undefined {
    if (this.#reserved && !this.#parked.waitsFor(this.#reserved.text)) this.rest();
    for (const group of this.#parked.groups()) {
      const { text, needs } = group;
      if (unmeetable(this.#store, needs)) {
        this.#forgetGone(text);
        continue;
      }
      if (this.#full.has(text)) continue;
      const isReserving = this.#reserves(group);
      if (!this.#parked.waitsFor(text)) continue;
      // Those before it in this order may take what is reserved for it; those after it may not.
      if (!isReserving && this.#isReservedFrom(group)) continue;
      const taken = this.#take(needs, text);
      if (!Array.isArray(taken)) continue;
      if (isReserving) this.rest();
      return { entry: this.#parked.take(text)!, held: { needs: text, places: taken } };
    }
  }

  /** Whether the turns of what a group needs are kept for its first job, from now on or already. */
  #reserves({ text, needs, since }: ParkedGroup): boolean {
    if (this.#reserved?.text === text) {
      this.#forgetGone(text);
      if (!this.#parked.waitsFor(text)) this.rest();
      return this.#reserved !== undefined;
    }
    if (this.#reserved || !needsSeveral(needs) || this.#clock() - since < PATIENCE) return false;
    this.#forgetGone(text);
    if (!this.#parked.waitsFor(text)) return false;
    this.#reserved = { text, needs, turns: new Turns(this.#store) };
    return true;
  }

  /** Whether a group needs what is reserved for a job that is more urgent. */
  #isReservedFrom({ first, needs }: ParkedGroup): boolean {
    if (!this.#reserved || !this.#sharesReserved(needs)) return false;
    const reserving = this.#parked.peek(this.#reserved.text);
    return reserving !== undefined && byUrgency(reserving, first) < 0;
  }

  #sharesReserved(needs: readonly Need[]): boolean {
    return needs.some(({ resource }) =>
      this.#reserved?.needs.some((reserved) => reserved.resource === resource)
    );
  }

  /** Forgets the first of the jobs that need this while they are none: removed, cancelled, changed or claimed. */
  #forgetGone(text: string): void {
    for (let entry; (entry = this.#parked.peek(text));) {
      if (this.#store.files.exists(pathIn(this.#store, entry.state, entry.path))) break;
      this.#parked.take(text);
    }
  }

  /**
   * Whether a job that has been claimed may run.
   *
   * @param needs What it needs.
   * @param held What is held for it; from now on also what it needs.
   * @returns `undefined` if it may; else what there is not enough of.
   */
  admit(needs: readonly Need[], held: HeldPlaces): Need | undefined {
    const text = needsText(needs);
    if ((held.needs ?? "") === text) return undefined;
    if (held.places) {
      // It was parked, and has been changed since.
      this.#letGo(held.places);
      held.places = held.needs = undefined;
    }
    const [first] = needs;
    if (!first) return undefined;
    const never = unmeetable(this.#store, needs);
    if (never) return never;
    // Those that have waited longer are first.
    if (this.#parked.waitsFor(text) || this.#full.has(text)) return first;
    if (this.#sharesReserved(needs)) return first;
    const taken = this.#take(needs, text);
    if (!Array.isArray(taken)) return taken;
    held.needs = text;
    held.places = taken;
  }

  /**
   * Notes a job that waits for what it needs, once it has been put back.
   *
   * @param short What there is not enough of.
   */
  park(needs: readonly Need[], entry: IndexEntry, short: Need): void {
    const isFirst = !this.#parked.waitsFor(needsText(needs));
    this.#parked.add(needs, entry, this.#clock());
    const places = placesOfResource(this.#store.config, short.resource);
    if (isFirst) this.#events.waits(entry.id, short, places);
    this.#askLater();
  }

  /**
   * Lets go of what was held for a job that has been settled, or is not to run.
   *
   * @param declaredDead Whether this worker was recovered, and the job with it.
   */
  release(held: HeldPlaces, declaredDead = false): void {
    if (held.among) this.#full.delete("concurrency");
    held.among?.release(declaredDead);
    if (held.places) this.#letGo(held.places, declaredDead);
  }

  #letGo(places: readonly HeldPlace[], declaredDead = false): void {
    releaseAll(places, declaredDead);
    // Some of them may be what others need, among other things.
    for (const text of this.#full) if (text !== "concurrency") this.#full.delete(text);
  }

  /** Called while the worker can start nothing: it reserves nothing either, lest others wait for it. */
  rest(declaredDead = false): void {
    this.#reserved?.turns.release(declaredDead);
    this.#reserved = undefined;
  }

  /** Asks no more. */
  close(declaredDead = false): void {
    this.#closed = true;
    this.rest(declaredDead);
    clearTimeout(this.#timer);
  }

  #takeAmong(): HeldPlace | undefined {
    const limit = "concurrency";
    if (this.#full.has(limit) || !this.#isWithin(limit)) return this.#isFull(limit);
    const answer = takePlace(this.#store, limit, this.#worker, this.#begin(limit), MOST_TRIES);
    if (typeof answer === "object") return answer;
    if (answer === "unrecovered") this.#events.unrecovered();
    this.#first.set(limit, this.#begin(limit) + MOST_TRIES);
    return this.#isFull(limit);
  }

  /** All that a job needs, or the need that cannot be met now. */
  #take(needs: readonly Need[], text: string): HeldPlace[] | Need {
    const over = needs.find(({ resource }) => !this.#isWithin(resource));
    if (over) {
      this.#isFull(text);
      return over;
    }
    const [{ resource }] = needs as [Need];
    const reserved = this.#reserved;
    if (reserved?.text === text) reserved.turns.take(needs);
    const answer = takeNeeds(this.#store, needs, {
      self: this.#worker,
      first: this.#begin(resource),
      most: MOST_TRIES,
      turns: reserved?.turns,
    });
    if (Array.isArray(answer)) return answer;
    if (answer.unrecovered) this.#events.unrecovered();
    if (!needsSeveral(needs)) this.#first.set(resource, this.#begin(resource) + MOST_TRIES);
    this.#isFull(text);
    return answer.short;
  }

  #begin(limit: LimitName): number {
    return this.#first.get(limit) ?? 0;
  }

  #isFull(text: string): undefined {
    this.#full.add(text);
    this.#askLater();
  }

  /** Whether none is left of those that a limit had let in before it was lowered. */
  #isWithin(limit: LimitName): boolean {
    if (this.#surplus.length === 0) return true;
    const own = pathIn(this.#store, "limits", `${limit}.`);
    this.#surplus = this.#surplus.filter((path) =>
      !path.startsWith(own) || !removePlace(this.#store, path)
    );
    return !this.#surplus.some((path) => path.startsWith(own));
  }

  #askLater(): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#full.clear();
      this.#events.changed();
    }, ASK_EVERY);
  }
}
