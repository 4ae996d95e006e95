/**
 * A worker's claims: takes the most urgent job that may run, and keeps what it holds for it, its ID and its places,
 * until it is settled.
 *
 * @module
 */

import { type Claim, claim } from "../moves/claim.ts";
import { type Need, needsOf } from "../constraints/needs.ts";
import { type Settlement, unrunSettlement } from "../moves/settle.ts";
import type { JobState } from "../format/names.ts";
import type { Store } from "../store/store.ts";
import type { Finder } from "./fetching/finder.ts";
import { type Admitted, type HeldPlaces, Limiter } from "./fetching/limiter.ts";
import { OwnedJobs } from "./owned_jobs.ts";
import type { IndexEntry } from "./fetching/ready_index.ts";
import { putBackUnrun } from "../moves/claim.ts";

/**
 * A job that this worker has now: to be run; or to be put back, as it cannot be seen to that it may; or to be settled
 * unrun.
 */
export type Taken =
  | { claim: Claim; fault?: unknown; unrun?: undefined }
  | { unrun: Settlement; claim?: undefined };

/** What a {@linkcode Claimer} tells its worker. */
export interface ClaimerEvents {
  /** Something may have become free. */
  changed(): void;
  /** A worker died that held something, and has yet to be recovered. */
  unrecovered(): void;
  /** A job waits for places of a resource, the first of this worker's to need just these; `places` there are. */
  waits(id: string, need: Need, places: number): void;
  /** What was to be claimed is no job. It lies in dead/ now. */
  malformed(id: string, reason: string): void;
  /** One job cannot be claimed. */
  refused(error: unknown): void;
  /** Nothing can be claimed, for now. */
  trouble(error: unknown): void;
}

/** Claims jobs for one worker. */
export class Claimer {
  readonly #store: Store;
  readonly #worker: string;
  readonly #finder: Finder;
  readonly #events: ClaimerEvents;
  readonly #limiter: Limiter;
  /** What is held for jobs that run or are to be settled, by ID; only where limits are set. */
  readonly #held = new Map<string, HeldPlaces>();
  readonly #owned = new OwnedJobs();
  /** Asked before each claim whether a state's directory is still safe. */
  mayClaimFrom: (state: JobState) => boolean = () => true;
  /** The places of those that this user may not move. */
  readonly #refused = new Set<string>();

  constructor(store: Store, worker: string, finder: Finder, events: ClaimerEvents) {
    this.#store = store;
    this.#worker = worker;
    this.#finder = finder;
    this.#events = events;
    this.#limiter = new Limiter(store, worker, events);
    finder.isParked = (entry) => this.#limiter.isParked(entry);
  }

  /** Whether what this worker runs is part of a job that has its place among all that may run at once. */
  set isPart(isPart: boolean) {
    this.#limiter.isPart = isPart;
  }

  /** Whether a job waits for a resource of which there are places, as far as this worker has met them. */
  get hasParked(): boolean {
    return this.#limiter.hasParked;
  }

  /** Whether a job is known to wait for a resource. */
  isParked(entry: Pick<IndexEntry, "state" | "path">): boolean {
    return this.#limiter.isParked(entry);
  }

  /** Whether a job was not to be claimed when that was last tried, as this user may not move it. */
  isRefused({ state, path }: Pick<IndexEntry, "state" | "path">): boolean {
    return this.#refused.has(`${state}/${path}`);
  }

  /** Takes notice of the settings, which may have changed. */
  heedLimits(): void {
    this.#limiter.heed();
  }

  /**
   * The next job to be claimed; `undefined` if there is none now.
   *
   * @param slots How many the worker could start now.
   */
  next(slots: number): Admitted | undefined {
    return this.#limiter.next(this.#finder, slots);
  }

  /** Called while nothing may be claimed: others are not to wait for this worker. */
  rest(): void {
    this.#limiter.rest();
  }

  /** Claims a job; `undefined` if this worker does not have it after all. */
  async take({ entry, held }: Admitted): Promise<Taken | undefined> {
    if (this.#owned.has(entry.id)) {
      this.#limiter.release(held);
      this.#owned.defer(entry);
      return undefined;
    }
    this.#owned.add(entry.id);
    const taken = await this.#claim(entry);
    const id = (taken?.claim ?? taken?.unrun?.claim)?.id;
    if (id !== undefined) this.#owned.add(id);
    if (id !== entry.id) this.#disown(entry.id);
    if (!taken?.claim) {
      this.#limiter.release(held);
      return taken;
    }
    const { resource, resources } = taken.claim.job;
    const needsNone = resource === undefined && resources === undefined;
    if (!held.among && !held.places && needsNone) return taken;
    return this.#admit(entry, taken.claim, held);
  }

  async #claim(entry: IndexEntry): Promise<Taken | undefined> {
    try {
      if (!this.mayClaimFrom(entry.state)) return undefined;
      const result = await claim(this.#store, entry, this.#worker);
      this.#finder.left(entry.path);
      if (this.#refused.size > 0) this.#refused.delete(`${entry.state}/${entry.path}`);
      if (result.kind === "claimed") return { claim: result.claim };
      if (result.kind === "hopeless") {
        return { unrun: unrunSettlement(result.claim, this.#store.now(), result.reason) };
      }
      if (result.kind === "gone") this.#finder.lost();
      if (result.kind === "malformed") this.#events.malformed(result.id, result.reason);
    } catch (error) {
      // Another user's folder, say: that is no reason for the rest to wait, and must not come first again.
      if (error instanceof Deno.errors.PermissionDenied) {
        this.#refused.add(`${entry.state}/${entry.path}`);
        this.#events.refused(error);
      } else this.#events.trouble(error);
      this.#finder.putAside(entry);
    }
  }

  /** Sees to it that a job has all that it needs to run; one that has not is put back, and waits for it. */
  #admit(entry: IndexEntry, claimed: Claim, held: HeldPlaces): Taken | undefined {
    const needs = needsOf(claimed.job);
    try {
      const short = this.#limiter.admit(needs, held);
      if (!short) {
        this.#held.set(claimed.id, held);
        return { claim: claimed };
      }
      const path = putBackUnrun(this.#store, entry, claimed);
      if (path !== undefined) this.#limiter.park(needs, { ...entry, path }, short);
    } catch (error) {
      this.#held.set(claimed.id, held);
      return { claim: claimed, fault: error };
    }
    this.#limiter.release(held);
    this.#disown(claimed.id);
    return undefined;
  }

  /** Remembers that a job is to be cancelled, if it is in hand: it may be about to be started. */
  cancel(id: string): void {
    this.#owned.cancel(id);
  }

  /** Whether a job in hand is to be cancelled. */
  isCancelled(id: string): boolean {
    return this.#owned.isCancelled(id);
  }

  /** Lets go of a job that has been settled. */
  release(id: string): void {
    const held = this.#held.get(id);
    if (held) {
      this.#held.delete(id);
      this.#limiter.release(held);
    }
    this.#disown(id);
  }

  /** Lets go of an ID; what waited for it has its turn. */
  #disown(id: string): void {
    for (const entry of this.#owned.release(id)) this.#finder.putBack(entry);
  }

  /**
   * Asks no more, and lets go of what is held for jobs that are another's now.
   *
   * @param declaredDead Whether this worker was recovered, and the jobs with it.
   */
  close(declaredDead: boolean): void {
    this.#limiter.close(declaredDead);
    for (const held of this.#held.values()) this.#limiter.release(held, declaredDead);
  }
}
