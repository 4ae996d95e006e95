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
  /** Called for each job of a dead worker that is settled. */
  settled(settlement: Settlement): void;
  /** Called when a dead worker's jobs have been taken over. */
  recovered(recovery: Recovery): void;
  /** Called when something could not be read or written; the next look tries again. */
  trouble(error: unknown): void;
}

/** Recovers dead workers, one look at a time. */
export class Recoverer {
  readonly #options: RecovererOptions;
  /** Jobs of dead workers that the disk has not yet let us settle. */
  readonly #unsettled: Settlement[] = [];
  #looking: Promise<void> | undefined;
  #nextSweep = -Infinity;
  #nextInputs = -Infinity;
  #nextClearing = -Infinity;

  constructor(options: RecovererOptions) {
    this.#options = options;
  }

  /** Whether this worker has jobs of dead workers that the disk has not yet let it settle. */
  get hasUnsettled(): boolean {
    return this.#unsettled.length > 0;
  }

  /** Looks for dead workers; a call during a look waits for that one. */
  look(): Promise<void> {
    return this.#looking ??= this.#recover()
      .catch((error) => this.#options.trouble(error))
      .finally(() => this.#looking = undefined);
  }

  /** Resolves when no look is under way. */
  async idle(): Promise<void> {
    await this.#looking;
  }

  async #recover(): Promise<void> {
    const { store, worker, settled, recovered } = this.#options;
    const recoveries = await recoverDeadWorkers(
      store,
      worker,
      killSurvivors,
      this.#unsettled,
      settled,
    );
    for (const recovery of recoveries) recovered(recovery);
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
