/**
 * What follows from the end of a job: jobs that waited for it are released, a line goes to the
 * history, a hook is run. Nothing of this holds up the worker's jobs or can fail one.
 *
 * @module
 */

import { parentsAmong, releaseChildren } from "../../constraints/dependencies.ts";
import { appendHistory, type HistoryLine, historyLine } from "../../contents/history.ts";
import type { Settlement } from "../../moves/settle.ts";
import type { Spawner } from "../../process/spawner.ts";
import type { Store } from "../../store/store.ts";
import { reasonOf } from "../../text/errors.ts";
import { Hooks } from "./hooks.ts";

/**
 * Two writes to the history are at least this far apart, in milliseconds: one costs as much as
 * dozens of lines.
 */
const WRITE_EVERY = 50;

/**
 * Releases the jobs that waited for jobs that have ended. Should the worker die before that is
 * done, whoever recovers it does the rest.
 *
 * @param ended The jobs, in done/ or dead/ now.
 */
export async function releaseWaiting(store: Store, ended: readonly string[]): Promise<void> {
  let failure: unknown;
  for (const id of parentsAmong(store, ended)) {
    try {
      await releaseChildren(store, id);
    } catch (error) {
      // The children of the others must not wait for it.
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
}

/** What an {@linkcode Aftermath} works with. */
export interface AftermathOptions {
  readonly store: Store;
  readonly spawner: Spawner;
  readonly worker: string;
  /** Called when a line cannot be written or a hook cannot be run. */
  trouble(message: string): void;
}

/** Writes the history and runs hooks for one worker, until it is closed. */
export class Aftermath {
  readonly #options: AftermathOptions;
  readonly #hooks: Hooks;
  #lines: HistoryLine[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #nextWrite = -Infinity;

  constructor(options: AftermathOptions) {
    this.#options = options;
    this.#hooks = new Hooks(options.store, options.spawner, options.trouble);
  }

  /** A job has been settled. */
  settled(settlement: Settlement): void {
    if (settlement.progress !== "settled") return;
    this.#noteAttempt(settlement);
    this.#hooks.run(settlement);
  }

  #noteAttempt({ claim, job, state }: Settlement): void {
    const attempt = job.history.at(-1);
    // Of a job that a dead worker had settled by half, only the new content is left.
    const isNew = claim.job === job || job.history.length > claim.job.history.length;
    if (!attempt || !isNew || attempt.led_to !== state) return;
    this.#lines.push(historyLine(claim.job, attempt, state));
    // Not even the first line is written before those of jobs that were settled with it are here.
    const wait = Math.max(0, this.#nextWrite - performance.now());
    this.#timer ??= setTimeout(() => this.#writeLines(), wait);
  }

  #writeLines(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines.length === 0) return;
    const { store, worker, trouble } = this.#options;
    try {
      appendHistory(store, worker, this.#lines.splice(0));
    } catch (error) {
      trouble(`cannot write the history: ${reasonOf(error)}`);
    }
    this.#nextWrite = performance.now() + WRITE_EVERY;
  }

  /**
   * Writes what is left of the history; resolves when the hooks have ended or `kill_grace` has
   * passed.
   */
  async close(): Promise<void> {
    this.#writeLines();
    await this.#hooks.close(this.#options.store.config.kill_grace);
  }
}
