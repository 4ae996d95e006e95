/**
 * Which job a worker may claim next, and what it must hold while that runs: see src/queue/limits.ts. With no
 * limit set nothing is asked.
 *
 * @module
 */

import {
  type HeldPlace,
  type LimitName,
  placesOf,
  removePlace,
  surplusPlaces,
  takePlace,
} from "../queue/limits.ts";
import { pathIn, type Store } from "../queue/store.ts";
import type { Finder } from "./finder.ts";
import { ParkedJobs } from "./parked_jobs.ts";
import type { IndexEntry } from "./ready_index.ts";

/** How often to ask for what another worker had when it was last asked for, in milliseconds. */
const ASK_EVERY = 150;

/** How many places of one limit are tried each time. */
const MOST_TRIES = 32;

/** What a job holds while it runs. */
export interface HeldPlaces {
  /** Its place among all jobs, if `concurrency` is set. */
  among?: HeldPlace;
  /** The resource that it has, and its place there. */
  resource?: string;
  place?: HeldPlace;
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
  /** A job waits for a resource, the first of this worker's to do so. */
  waits(id: string, resource: string, places: number): void;
}

/** Keeps a worker within the queue's limits. */
export class Limiter {
  /** Whether its jobs are part of one that has its place among all: they take none of their own. */
  isPart = false;
  readonly #store: Store;
  readonly #worker: string;
  readonly #events: LimiterEvents;
  readonly #parked = new ParkedJobs();
  /** Limits that were full when they were last asked. */
  readonly #full = new Set<LimitName>();
  /** Where to begin to ask. */
  readonly #first = new Map<LimitName, number>();
  #surplus: string[] = [];
  #settings = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(store: Store, worker: string, events: LimiterEvents) {
    this.#store = store;
    this.#worker = worker;
    this.#events = events;
  }

  /** Whether a job waits for a resource of which there are places, as far as this worker has met them. */
  get hasParked(): boolean {
    return this.#parked.resources().some((resource) => placesOf(this.#store.config, resource) > 0);
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

  /** The next job that may be claimed; `undefined` if there is none now. */
  next(finder: Finder): Admitted | undefined {
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
    const among = limited ? this.#take("concurrency") : undefined;
    if (limited && !among) return undefined;
    let chosen: Admitted | undefined;
    try {
      chosen = this.#unpark() ?? this.#fresh(finder);
    } finally {
      if (!chosen) among?.release();
    }
    return chosen && { entry: chosen.entry, held: { ...chosen.held, among } };
  }

  #fresh(finder: Finder): Admitted | undefined {
    if (this.#parked.full) return undefined;
    const entry = finder.take();
    return entry && { entry, held: {} };
  }

  #mayUnpark(): boolean {
    return this.#parked.resources().some((resource) => !this.#full.has(resource));
  }

  /** A parked job, and the place that it waited for. */
  #unpark(): Admitted | undefined {
    for (const resource of this.#parked.resources()) {
      if (placesOf(this.#store.config, resource) === 0) this.#forgetGone(resource);
      if (this.#full.has(resource)) continue;
      const place = this.#take(resource);
      if (!place) continue;
      return { entry: this.#parked.take(resource)!, held: { resource, place } };
    }
  }

  /** Of a resource that there is none of, forgets the jobs that were removed, cancelled or changed. */
  #forgetGone(resource: string): void {
    for (let entry; (entry = this.#parked.peek(resource));) {
      if (this.#store.files.exists(pathIn(this.#store, entry.state, entry.path))) break;
      this.#parked.take(resource);
    }
  }

  /**
   * Whether a job that has been claimed may run.
   *
   * @param resource What it needs.
   * @param held What is held for it; from now on also what it needs.
   */
  admit(resource: string | undefined, held: HeldPlaces): boolean {
    if (held.resource === resource) return true;
    if (held.place) {
      // It was parked, and has been changed since.
      held.place.release();
      this.#full.delete(held.resource!);
      held.place = held.resource = undefined;
    }
    if (resource === undefined) return true;
    // Those that have waited longer are first.
    const place = this.#parked.waitsFor(resource) ? undefined : this.#take(resource);
    if (!place) return false;
    held.resource = resource;
    held.place = place;
    return true;
  }

  /** Notes a job that waits for a resource, once it has been put back. */
  park(resource: string, entry: IndexEntry): void {
    const isFirst = !this.#parked.waitsFor(resource);
    this.#parked.add(resource, entry);
    const places = placesOf(this.#store.config, resource);
    if (isFirst) this.#events.waits(entry.id, resource, places);
    this.#askLater();
  }

  /**
   * Lets go of what was held for a job that has been settled, or is not to run.
   *
   * @param declaredDead Whether this worker was recovered, and the job with it.
   */
  release(held: HeldPlaces, declaredDead = false): void {
    if (held.among) this.#full.delete("concurrency");
    if (held.resource !== undefined) this.#full.delete(held.resource);
    held.among?.release(declaredDead);
    held.place?.release(declaredDead);
  }

  /** Asks no more. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #take(limit: LimitName): HeldPlace | undefined {
    if (this.#full.has(limit)) return undefined;
    if (this.#surplus.length > 0 && !this.#isWithin(limit)) return this.#isFull(limit);
    const first = this.#first.get(limit) ?? 0;
    const answer = takePlace(this.#store, limit, this.#worker, first, MOST_TRIES);
    if (typeof answer === "object") return answer;
    if (answer === "unrecovered") this.#events.unrecovered();
    this.#first.set(limit, first + MOST_TRIES);
    return this.#isFull(limit);
  }

  #isFull(limit: LimitName): undefined {
    this.#full.add(limit);
    this.#askLater();
  }

  /** Whether none is left of those that a limit had let in before it was lowered. */
  #isWithin(limit: LimitName): boolean {
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
