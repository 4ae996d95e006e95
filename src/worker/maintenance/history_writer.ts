/**
 * Writing down each attempt that has ended: at once where few end, a few times a second where many do.
 *
 * @module
 */

import { appendHistory, type HistoryLine, historyLine } from "../../contents/history.ts";
import type { Settlement } from "../../moves/settle.ts";
import type { Store } from "../../store/store.ts";

/** Two writes are at least so far apart, in milliseconds: an append costs as much as dozens of lines. */
const WRITE_EVERY = 50;

/** Gathers lines and appends them to the worker's file. */
export class HistoryWriter {
  readonly #store: Store;
  readonly #worker: string;
  readonly #trouble: (error: unknown) => void;
  #lines: HistoryLine[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #nextWrite = -Infinity;

  /** @param trouble Called when lines could not be written; they are left out. */
  constructor(store: Store, worker: string, trouble: (error: unknown) => void) {
    this.#store = store;
    this.#worker = worker;
    this.#trouble = trouble;
  }

  /** Notes the attempt of a job that has just been settled, if it has had one. */
  add({ claim, job, state }: Settlement): void {
    const attempt = job.history.at(-1);
    // Of a job that a dead worker had settled half, only the new content is left.
    const isNew = claim.job === job || job.history.length > claim.job.history.length;
    if (!attempt || !isNew || attempt.led_to !== state) return;
    this.#lines.push(historyLine(claim.job, attempt, state));
    if (this.#timer !== undefined) return;
    // Not even the first is written before those that were settled together with it are here.
    this.#timer = setTimeout(() => this.flush(), Math.max(0, this.#nextWrite - performance.now()));
  }

  /** Writes what has been gathered. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines.length === 0) return;
    const lines = this.#lines;
    this.#lines = [];
    try {
      appendHistory(this.#store, this.#worker, lines);
    } catch (error) {
      this.#trouble(error);
    }
    this.#nextWrite = performance.now() + WRITE_EVERY;
  }
}
