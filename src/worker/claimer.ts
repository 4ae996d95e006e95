/**
 * Claiming: takes the most urgent job that may run in hand, claims it, and gets it the places that
 * it needs.
 *
 * @module
 */

import { needsToRun } from "../constraints/needs.ts";
import { type JobState, startsAtOnce } from "../format/names.ts";
import type { Whereabouts } from "../format/placement.ts";
import { type Claim, claim } from "../moves/claim.ts";
import { putBackForLater, putBackUnrun } from "../moves/put_back.ts";
import { type Settlement, unrunSettlement } from "../moves/settle.ts";
import type { Finder } from "./fetching/finder.ts";
import { type Chosen, Limiter, type LimiterOptions } from "./fetching/limiter.ts";
import type { IndexEntry } from "./fetching/ready_index.ts";
import type { JobInHand, JobsInHand } from "./jobs_in_hand.ts";

/** What a {@linkcode Claimer} works with. */
export interface ClaimerOptions extends LimiterOptions {
  readonly jobs: JobsInHand;
  readonly finder: Finder;
  /** Where this worker is: it runs no job that may only run elsewhere. */
  readonly here?: Whereabouts;
  /** Asked before each claim whether a state's directory is still safe. */
  mayClaimFrom(state: JobState): boolean;
  /** Called when a file turned out to be no job. It lies in dead/ now. */
  malformed(id: string, reason: string): void;
  /** Called when one job cannot be claimed. */
  refused(error: unknown): void;
  /** Called when nothing can be claimed for now. */
  trouble(error: unknown): void;
}

/** Claims jobs for one worker. */
export class Claimer {
  /** Keeps the claims within the queue's limits. */
  readonly limiter: Limiter;
  readonly #options: ClaimerOptions;
  /** Where jobs lie that this user may not move. */
  readonly #refused = new Set<string>();

  constructor(options: ClaimerOptions) {
    this.#options = options;
    this.limiter = new Limiter(options);
  }

  /** Whether this user could not move a job when its claim was last tried. */
  isRefused({ state, path }: Pick<IndexEntry, "state" | "path">): boolean {
    return this.#refused.has(`${state}/${path}`);
  }

  /**
   * Takes the next job in hand, to be claimed; `undefined` if there is none now.
   *
   * @param freeSlots How many jobs the worker could start now.
   */
  next(freeSlots: number): JobInHand | undefined {
    const { finder } = this.#options;
    return this.#takeInHand(() =>
      this.limiter.isInForce ? this.limiter.next(finder, freeSlots) : unlimited(finder.take())
    );
  }

  /** Takes a job in hand that is to start at once, whatever the limits; `undefined` if none is. */
  nextFirst(): JobInHand | undefined {
    return this.#takeInHand(() => unlimited(this.#options.finder.takeFirst()));
  }

  #takeInHand(choose: () => Chosen | undefined): JobInHand | undefined {
    const { jobs } = this.#options;
    for (;;) {
      const chosen = choose();
      if (!chosen) return undefined;
      const job = jobs.take(chosen);
      if (job) return job;
      this.limiter.giveBack(chosen.held);
    }
  }

  /**
   * Claims a job in hand. Its `claim` is set if this worker owns it afterwards: then run it.
   *
   * @returns How to settle it instead, if it must not run.
   * @throws If its limits cannot be checked: then put it back.
   */
  async claim(job: JobInHand): Promise<Settlement | undefined> {
    const unrun = await this.#tryClaim(job);
    if (!job.claim) this.letGo(job);
    if (!job.claim || unrun || startsAtOnce(job.entry.time)) return unrun;
    const { resource, resources, group } = job.claim.job;
    const needsNone = resource === undefined && resources === undefined && group === undefined;
    if (!needsNone || job.held.concurrency || job.held.places) this.#admit(job, job.claim);
  }

  async #tryClaim(job: JobInHand): Promise<Settlement | undefined> {
    const { store, worker, here, jobs, finder, ...told } = this.#options;
    const { entry } = job;
    try {
      if (!told.mayClaimFrom(entry.state)) return undefined;
      const result = await claim(store, entry, worker, "to run it", here);
      finder.left(entry.path);
      if (this.#refused.size > 0) this.#refused.delete(`${entry.state}/${entry.path}`);
      if (result.kind === "gone") finder.lost();
      if (result.kind === "malformed") told.malformed(result.id, result.reason);
      if (result.kind === "claimed" || result.kind === "hopeless") jobs.claimed(job, result.claim);
      if (result.kind === "hopeless") {
        return unrunSettlement(result.claim, store.now(), result.reason);
      }
    } catch (error) {
      // Another user's folder, say: no reason for the rest to wait, and it must not come first
      // again.
      if (error instanceof Deno.errors.PermissionDenied) {
        this.#refused.add(`${entry.state}/${entry.path}`);
        told.refused(error);
      } else told.trouble(error);
      finder.putAside(entry);
    }
  }

  /**
   * Gets a job all that it needs to run; if that cannot be had, puts the job back, to wait for it.
   */
  #admit(job: JobInHand, claimed: Claim): void {
    const needs = needsToRun(this.#options.store, claimed.job);
    const short = this.limiter.admit(needs, job.held);
    if (!short) return;
    const path = putBackUnrun(this.#options.store, job.entry, claimed);
    job.claim = undefined;
    if (path !== undefined) this.limiter.park(needs, { ...job.entry, path }, short);
    this.letGo(job);
  }

  /** Lets go of a claimed job that turned out to be another's too. */
  leave(job: JobInHand, claim: Claim): void {
    try {
      putBackForLater(this.#options.store, job.entry, claim);
    } catch (error) {
      // A name that stays is looked after as one that came back: see own_names.ts.
      this.#options.trouble(error);
    }
    this.letGo(job);
  }

  /** Lets go of a job that is settled or not claimed after all, and gives back what it holds. */
  letGo(job: JobInHand): void {
    this.limiter.giveBack(job.held);
    this.#options.jobs.drop(job);
  }

  /**
   * Claims no more, and gives back what is held for jobs that are another worker's now.
   *
   * @param declaredDead Whether this worker was recovered, and the jobs with it.
   */
  close(declaredDead: boolean): void {
    this.limiter.close(declaredDead);
    for (const held of this.#options.jobs.held) this.limiter.giveBack(held, declaredDead);
  }
}

function unlimited(entry: IndexEntry | undefined): Chosen | undefined {
  return entry && { entry, held: {} };
}
