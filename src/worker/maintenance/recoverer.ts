/**
 * Maintenance: this room does what a worker does beside running jobs, each part in the background:
 * schedules, pruning, history, hooks. Here: recovers what crashed workers and programs left, which
 * is jobs, releases that were cut off, and stray files.
 *
 * @module
 */

import { releaseOverlooked } from "../../constraints/dependencies.ts";
import { removeStaleInputs } from "../../contents/inputs.ts";
import { recoverDeadWorkers, type Recovery } from "../../recovery/recover.ts";
import type { Settlement } from "../../moves/settle.ts";
import { clearStaleNotes } from "../../constraints/stale_notes.ts";
import { lockAdviceFor, locksApartText } from "../../store/shared_locks.ts";
import { QueueError } from "../../text/errors.ts";
import { OwnNames } from "../../recovery/own_names.ts";
import { SignsOfLife } from "../../recovery/signs_of_life.ts";
import type { Store } from "../../store/store.ts";
import { removeStrays } from "../../recovery/strays.ts";
import { killSurvivors } from "../../process/survivors.ts";

/** How often to look for jobs whose release was cut off, in milliseconds. */
const SWEEP_EVERY = 30_000;

/** How often to look for inputs without a job, in milliseconds. */
const INPUTS_EVERY = 600_000;

/** How long to wait before a disk that refused is tried again, in milliseconds. */
const RETRY_AFTER = 1000;

/** What a {@linkcode Recoverer} works with. */
export interface RecovererOptions {
  readonly store: Store;
  /** The worker that owns the recovered jobs from then on. */
  readonly worker: string;
  /** Whether the worker claims, runs or settles a job, by its ID. */
  hasInHand(id: string): boolean;
  /** Called for each job of a dead worker that is settled. */
  settled(settlement: Settlement): void;
  /** Called when a dead worker's jobs have been taken over. */
  recovered(recovery: Recovery): void;
  /**
   * Called once, when locks turn out not to reach other machines: nobody can tell who is dead, and
   * nothing is recovered from then on.
   *
   * @param sentence Says so, and what to do.
   */
  apart(sentence: string): void;
  /** Called when something could not be read or written; the next look tries again. */
  trouble(error: unknown): void;
}

/** How many workers of other machines one worker watches. */
const MOST_WATCHED = 8;

/** Recovers dead workers, one look at a time. */
export class Recoverer {
  readonly #options: RecovererOptions;
  /** Jobs of dead workers that the disk has not yet let us settle. */
  readonly #unsettled: Settlement[] = [];
  readonly #signs: SignsOfLife;
  readonly #ownNames: OwnNames;
  #looking: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isClosed = false;
  /** Whether it is told, or will be, that locks do not reach other machines. */
  #isApart = false;
  #nextSweep = -Infinity;
  #nextOwnNames = -Infinity;
  #nextInputs = -Infinity;
  #nextClearing = -Infinity;

  constructor(options: RecovererOptions) {
    this.#options = options;
    this.#signs = new SignsOfLife(options.store, options.worker, undefined, MOST_WATCHED);
    this.#ownNames = new OwnNames(
      options.store,
      options.worker,
      (id) => options.hasInHand(id) || this.#unsettled.some(({ claim }) => claim.id === id),
    );
  }

  /** Whether this worker has jobs of dead workers that the disk has not yet let it settle. */
  get hasUnsettled(): boolean {
    return this.#unsettled.length > 0;
  }

  /** Looks for dead workers; a call during a look waits for that one. */
  async look(): Promise<void> {
    await this.#lookOnce();
    const fault = this.#lockFault();
    if (fault === undefined || this.#isApart) return;
    this.#isApart = true;
    this.#options.apart(fault);
  }

  /** Looks for dead workers, unless its neighbours give signs of life: one call for each. */
  glance(): void {
    try {
      if (this.#signs.neighboursMove()) return;
    } catch {
      // What cannot be read is looked at again, and reported, by the look for dead workers.
    }
    void this.look();
  }

  /**
   * Looks for dead workers, until it is known of each whose lock is free: before that nothing must
   * be claimed.
   *
   * @throws {QueueError} If locks turn out not to reach other machines.
   */
  async lookWell(): Promise<void> {
    // Told here, and not by a look that an event asks for meanwhile.
    this.#isApart = true;
    await this.#lookOnce();
    while (this.#signs.isUndecided && !this.#isClosed) {
      await new Promise((resolve) => setTimeout(resolve, this.#signs.nextLook ?? 0));
      await this.#lookOnce();
    }
    const fault = this.#lockFault();
    if (fault !== undefined) throw new QueueError(fault);
    this.#isApart = false;
  }

  /** Looks no more; resolves when no look is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #lockFault(): string | undefined {
    const { apart } = this.#signs;
    if (apart === undefined) return undefined;
    const { store } = this.#options;
    return `${locksApartText(store, apart)}; ${lockAdviceFor(store)}`;
  }

  #lookOnce(): Promise<void> {
    clearTimeout(this.#timer);
    return this.#looking ??= this.#recover()
      .catch((error) => this.#options.trouble(error))
      .finally(() => {
        this.#looking = undefined;
        this.#lookAgain();
      });
  }

  /** Looks again before the next poll, if a worker of another machine may be dead by then. */
  #lookAgain(): void {
    const { apart, nextLook } = this.#signs;
    if (apart !== undefined || nextLook === undefined || this.#isClosed) return;
    this.#timer = setTimeout(() => {
      try {
        if (this.#signs.hasFreed()) void this.look();
        else this.#lookAgain();
      } catch (error) {
        // The next poll looks again.
        this.#options.trouble(error);
      }
    }, nextLook);
  }

  async #recover(): Promise<void> {
    const { store, worker, settled, recovered } = this.#options;
    if (this.#signs.apart !== undefined) return;
    if (performance.now() >= this.#nextOwnNames) {
      this.#nextOwnNames = performance.now() + SWEEP_EVERY;
      await this.#ownNames.look(this.#unsettled);
    }
    const recoveries = await recoverDeadWorkers(
      store,
      worker,
      killSurvivors,
      this.#unsettled,
      settled,
      this.#signs,
    );
    for (const recovery of recoveries) recovered(recovery);
    // All that follows believes in locks.
    if (this.#signs.apart !== undefined || this.#signs.isUndecided) return;
    if (recoveries.length > 0 || performance.now() >= this.#nextSweep) {
      await releaseOverlooked(store);
      this.#nextSweep = performance.now() + SWEEP_EVERY;
    }
    removeStrays(store);
    if (performance.now() >= this.#nextInputs) {
      this.#nextInputs = performance.now() + INPUTS_EVERY;
      removeStaleInputs(store);
    }
    await this.#clearNotes();
  }

  /** Skips the first look, for which all else waits; takes at most a fiftieth of the time. */
  async #clearNotes(): Promise<void> {
    const begun = performance.now();
    const isFirst = this.#nextClearing === -Infinity;
    if (begun < this.#nextClearing) return;
    if (!isFirst) await clearStaleNotes(this.#options.store);
    const now = performance.now();
    this.#nextClearing = isFirst ? now : now + Math.max(SWEEP_EVERY, 50 * (now - begun));
  }

  /**
   * Does what the disk refused earlier, for a worker that is about to leave a drained queue.
   *
   * @returns Whether nothing was left to do; if not, ask again.
   */
  async hasDoneAll(): Promise<boolean> {
    const { store, trouble } = this.#options;
    try {
      if (await releaseOverlooked(store)) return false;
    } catch (error) {
      trouble(error);
      await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER));
      return false;
    }
    await clearStaleNotes(store).catch(trouble);
    return !this.hasUnsettled;
  }
}
