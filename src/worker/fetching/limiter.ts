/**
 * Which jobs may run within the queue's limits, and what each holds while it runs: see
 * src/constraints/limits.ts and src/constraints/turns.ts.
 *
 * A job that needs several places waits like any other at first, and jobs that need less go past
 * it. Once a worker has known the job for {@linkcode PATIENCE}, and it is the most urgent that this
 * worker could run so, the worker reserves: it keeps the turns of what the job needs, so that no
 * other worker takes a place, and a slot free.
 *
 * @module
 */

import {
  type HeldPlace,
  releaseAll,
  removePlace,
  surplusPlaces,
} from "../../constraints/limits.ts";
import {
  type Need,
  needsSeveral,
  needsText,
  placesOfResource,
  unmeetable,
} from "../../constraints/needs.ts";
import { takeNeeds, Turns } from "../../constraints/turns.ts";
import { pathIn, type Store } from "../../store/store.ts";
import type { Finder } from "./finder.ts";
import type { ParkedGroup, ParkedJobs } from "./parked_jobs.ts";
import { byUrgency, type IndexEntry } from "./ready_index.ts";

/** How often to ask again for places that were taken, in milliseconds. */
const ASK_EVERY = 150;

/** How many places of one limit are tried each time. */
const MOST_TRIES = 32;

/** How long a job that needs several places lets others go past it, in milliseconds. */
const PATIENCE = 5000;

/** What a job holds of the queue's limits while it runs. */
export interface HeldPlaces {
  /** Its place among all jobs, if `concurrency` is set. */
  concurrency?: HeldPlace;
  /** What it needs, as one text; missing if it needs nothing. */
  needs?: string;
  /** Its places of that. */
  places?: readonly HeldPlace[];
}

/** A job to be claimed, and what it holds already. */
export interface Chosen {
  entry: IndexEntry;
  held: HeldPlaces;
}

/** What a {@linkcode Limiter} works with. */
export interface LimiterOptions {
  readonly store: Store;
  readonly worker: string;
  /** The jobs that wait for places; the limiter fills and empties it. */
  readonly parked: ParkedJobs;
  /** The ID of the running job that its jobs are part of, if so: they take no place among all. */
  readonly partOf?: string;
  /** Called when a place may have become free. */
  changed(): void;
  /** Called when a worker that held a place died, and has yet to be recovered. */
  unrecovered(): void;
  /** Called when a job waits, the first here to need just this; the resource has `places`. */
  waits(id: string, need: Need, places: number): void;
}

/** Keeps a worker within the queue's limits. */
export class Limiter {
  readonly #options: LimiterOptions;
  readonly #store: Store;
  readonly #parked: ParkedJobs;
  /** What was taken when it was last asked for: `concurrency`, or what jobs need, as one text. */
  readonly #full = new Set<string>();
  /** Which place of a limit to try first. */
  readonly #first = new Map<string, number>();
  /** The turns that are kept for the first of the parked jobs that need this. */
  #reserved: { text: string; needs: readonly Need[]; turns: Turns } | undefined;
  /** Places beyond a limit that was lowered, still held. */
  #surplus: string[] = [];
  #settings = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(options: LimiterOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#parked = options.parked;
  }

  /** Whether a limit may hold jobs back: if not, any ready job can be claimed. */
  get isInForce(): boolean {
    return this.#limitsAll || this.#parked.size > 0;
  }

  get #limitsAll(): boolean {
    return this.#options.partOf === undefined && this.#store.config.concurrency !== null;
  }

  /** Reads the limits, which may have changed. */
  readSettings(): void {
    const isLimit = ([key]: [string, unknown]) => /^concurrency$|\./.test(key);
    const settings = JSON.stringify(Object.entries(this.#store.config).filter(isLimit));
    if (settings === this.#settings) return;
    this.#settings = settings;
    this.#surplus = surplusPlaces(this.#store);
    this.#full.clear();
  }

  /**
   * The next job that may be claimed; `undefined` if there is none now.
   *
   * @param freeSlots How many jobs the worker could start now.
   */
  next(finder: Finder, freeSlots: number): Chosen | undefined {
    if (!finder.hasReady() && this.#parked.groups().every(({ text }) => this.#full.has(text))) {
      // No job can run now. Ask the finder anyway, so that it refills and sets its timer.
      const entry = finder.take();
      if (entry) finder.putBack(entry);
      return undefined;
    }
    const concurrency = this.#limitsAll ? this.#takeConcurrency() : undefined;
    if (this.#limitsAll && !concurrency) return undefined;
    let chosen: Chosen | undefined;
    try {
      chosen = this.#unpark();
      // The job that places are reserved for must find a slot when they are free.
      const isKeptFree = this.#parked.full || (this.#reserved && freeSlots <= 1);
      const entry = chosen || isKeptFree ? undefined : finder.take();
      if (entry) chosen = { entry, held: {} };
    } finally {
      if (!chosen) concurrency?.release();
    }
    return chosen && { entry: chosen.entry, held: { ...chosen.held, concurrency } };
  }

  /** The most urgent parked job that there are places for, and these places. */
  #unpark(): Chosen | undefined {
    if (this.#reserved && !this.#parked.waitsFor(this.#reserved.text)) this.dropReservation();
    for (const group of this.#parked.groups()) {
      const { text, needs } = group;
      if (unmeetable(this.#store, needs)) {
        this.#parked.forgetGone(text);
        continue;
      }
      if (this.#full.has(text)) continue;
      const isReserving = this.#reserves(group);
      if (!this.#parked.waitsFor(text)) continue;
      // Only a more urgent job may take what is reserved.
      if (!isReserving && this.#isReservedFrom(group)) continue;
      const taken = this.#take(needs, text);
      if (!Array.isArray(taken)) continue;
      if (isReserving) this.dropReservation();
      return { entry: this.#parked.take(text)!, held: { needs: text, places: taken } };
    }
  }

  /** Whether the turns of what a group needs are kept for its first job, from now on or already. */
  #reserves({ text, needs, since }: ParkedGroup): boolean {
    const isReserved = this.#reserved?.text === text;
    const mayReserve = !this.#reserved && needsSeveral(needs) &&
      performance.now() - since >= PATIENCE;
    if (!isReserved && !mayReserve) return false;
    this.#parked.forgetGone(text);
    if (this.#parked.waitsFor(text)) {
      this.#reserved ??= { text, needs, turns: new Turns(this.#store) };
    } else this.dropReservation();
    return this.#reserved !== undefined;
  }

  /** Whether a group needs what is reserved for a more urgent job. */
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

  /**
   * Gets a job that has been claimed what it needs to run.
   *
   * @param held What it holds; from now on also what it needs.
   * @returns What there is not enough of; `undefined` if the job may run.
   */
  admit(needs: readonly Need[], held: HeldPlaces): Need | undefined {
    const text = needsText(needs);
    if ((held.needs ?? "") === text) return undefined;
    // It may have been parked, and edited since.
    this.giveBack({ places: held.places });
    held.places = held.needs = undefined;
    const [first] = needs;
    const never = unmeetable(this.#store, needs);
    if (!first || never) return never;
    // Jobs that have waited longer come first.
    const mustWait = this.#parked.waitsFor(text) || this.#full.has(text);
    if (mustWait || this.#sharesReserved(needs)) return first;
    const taken = this.#take(needs, text);
    if (!Array.isArray(taken)) return taken;
    held.needs = text;
    held.places = taken;
  }

  /**
   * Parks a job that has been put back, until it can have what it needs.
   *
   * @param short What there is not enough of.
   */
  park(needs: readonly Need[], entry: IndexEntry, short: Need): void {
    const isFirst = !this.#parked.waitsFor(needsText(needs));
    this.#parked.add(needs, entry);
    const places = placesOfResource(this.#store.config, short.resource);
    if (isFirst) this.#options.waits(entry.id, short, places);
    this.#askLater();
  }

  /**
   * Gives back what a job holds that is settled, or is not to run.
   *
   * @param declaredDead Whether this worker was recovered, and the job with it.
   */
  giveBack({ concurrency, places }: HeldPlaces, declaredDead = false): void {
    if (concurrency) this.#full.delete("concurrency");
    concurrency?.release(declaredDead);
    if (!places) return;
    releaseAll(places, declaredDead);
    // Several groups may need some of these places.
    for (const text of this.#full) if (text !== "concurrency") this.#full.delete(text);
  }

  /** Reserves nothing while this worker can start no job, so that no other worker waits for it. */
  dropReservation(declaredDead = false): void {
    this.#reserved?.turns.release(declaredDead);
    this.#reserved = undefined;
  }

  /** Asks no more, and reserves nothing. */
  close(declaredDead: boolean): void {
    this.#closed = true;
    this.dropReservation(declaredDead);
    clearTimeout(this.#timer);
  }

  #takeConcurrency(): HeldPlace | undefined {
    if (this.#full.has("concurrency")) return undefined;
    const taken = this.#take([{ resource: "concurrency", places: 1 }], "concurrency");
    return Array.isArray(taken) ? taken[0] : undefined;
  }

  /** All the places that a job needs, or the need that cannot be met now. */
  #take(needs: readonly Need[], text: string): HeldPlace[] | Need {
    let short = needs.find(({ resource }) => !this.#isWithin(resource));
    if (!short) {
      const [{ resource }] = needs as [Need];
      const first = this.#first.get(resource) ?? 0;
      const turns = this.#reserved?.turns;
      if (this.#reserved?.text === text) turns?.take(needs);
      const self = this.#options.worker;
      const answer = takeNeeds(this.#store, needs, { self, first, most: MOST_TRIES, turns });
      if (Array.isArray(answer)) return answer;
      if (answer.unrecovered) this.#options.unrecovered();
      if (!needsSeveral(needs)) this.#first.set(resource, first + MOST_TRIES);
      short = answer.short;
    }
    this.#full.add(text);
    this.#askLater();
    return short;
  }

  /**
   * Whether the jobs that a limit let in before it was lowered have given back the places that are
   * too many.
   */
  #isWithin(limit: string): boolean {
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
      this.#options.changed();
    }, ASK_EVERY);
  }
}
