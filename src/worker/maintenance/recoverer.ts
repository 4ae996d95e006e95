/**
 * Looking after what others left: the jobs of workers that died, releases that a crash cut off, stray
 * files.
 *
 * @module
 */

import { releaseOverlooked } from "../../constraints/dependencies.ts";
import { removeStaleInputs } from "../../contents/inputs.ts";
import { recoverDeadWorkers, type Recovery } from "../../recovery/recover.ts";
import type { Settlement } from "../../moves/settle.ts";
import { clearStaleNotes } from "../../constraints/stale_notes.ts";
import type { Store } from "../../store/store.ts";
import { removeStrays } from "../../recovery/strays.ts";
import { killSurvivors } from "../../process/survivors.ts";

/** How often to look for jobs whose release a crash cut off, in milliseconds. */
const SWEEP_EVERY = 30_000;

/** How often to look for inputs without a job, in milliseconds. */
const INPUTS_EVERY = 600_000;

/** How long to wait before a disk that refused is tried again, in milliseconds. */
const RETRY_AFTER = 1000;

/** What a {@linkcode Recoverer} tells its worker. */
export interface RecovererEvents {
  /** A job of a dead worker is settled. */
  settled(settlement: Settlement): void;
  /** A dead worker's jobs have been taken over. */
  recovered(recovery: Recovery): void;
  /** Something could not be read or written; the next look tries again. */
  trouble(error: unknown): void;
}

/** Recovers the dead, one look at a time. */
export class Recoverer {
  readonly #store: Store;
  readonly #worker: string;
  readonly #events: RecovererEvents;
  /** Jobs of dead workers that the disk has not yet let us settle. */
  readonly #unsettled: Settlement[] = [];
  #looking: Promise<void> | undefined;
  #nextSweep = -Infinity;
  #nextInputs = -Infinity;
  #nextClearing = -Infinity;

  /** @param worker Whose the jobs are from then on. */
  constructor(store: Store, worker: string, events: RecovererEvents) {
    this.#store = store;
    this.#worker = worker;
    this.#events = events;
  }

  /** Whether jobs of dead workers are in the hands of this one that the disk has not yet let it settle. */
  get hasUnsettled(): boolean {
    return this.#unsettled.length > 0;
  }

  /** Looks for the dead; a second call while one is under way waits for that one. */
  look(): Promise<void> {
    return this.#looking ??= this.#recover()
      .catch((error) => this.#events.trouble(error))
      .finally(() => this.#looking = undefined);
  }

  /** Resolves when no look is under way. */
  async idle(): Promise<void> {
    await this.#looking;
  }

  async #recover(): Promise<void> {
    const recoveries = await recoverDeadWorkers(
      this.#store,
      this.#worker,
      killSurvivors,
      this.#unsettled,
      (settlement) => this.#events.settled(settlement),
    );
    for (const recovery of recoveries) this.#events.recovered(recovery);
    if (recoveries.length > 0 || performance.now() >= this.#nextSweep) {
      await releaseOverlooked(this.#store);
      this.#nextSweep = performance.now() + SWEEP_EVERY;
    }
    removeStrays(this.#store);
    this.#removeInputs();
    await this.#clearNotes();
  }

  #removeInputs(): void {
    if (performance.now() < this.#nextInputs) return;
    this.#nextInputs = performance.now() + INPUTS_EVERY;
    removeStaleInputs(this.#store);
  }

  /** Not with the first look, for which all else waits; and in at most a fiftieth of the time. */
  async #clearNotes(): Promise<void> {
    const begun = performance.now();
    const isFirst = this.#nextClearing === -Infinity;
    if (begun < this.#nextClearing) return;
    if (!isFirst) await clearStaleNotes(this.#store);
    const now = performance.now();
    this.#nextClearing = isFirst ? now : now + Math.max(SWEEP_EVERY, 50 * (now - begun));
  }

  /**
   * Does what a refusal of the disk has left undone, for a worker that is about to leave as nothing is left to do.
   *
   * @returns Whether there was none such; else it is to be asked again.
   */
  async hasDoneAll(): Promise<boolean> {
    try {
      if (await releaseOverlooked(this.#store)) return false;
    } catch (error) {
      this.#events.trouble(error);
      await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER));
      return false;
    }
    await clearStaleNotes(this.#store).catch(this.#events.trouble);
    return !this.hasUnsettled;
  }
}
