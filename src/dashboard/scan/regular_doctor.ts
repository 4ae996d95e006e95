/**
 * Asks the doctor now and then while someone watches the queue.
 *
 * @module
 */

import type { Finding, KnownNames, Queue } from "../../../mod.ts";
import { findingsApart } from "./findings.ts";

/** When to look first, and how often then, in milliseconds. */
const FIRST = 3000, EVERY = 300_000;

/** The same once a finding may be out of date, in milliseconds. */
const AGAIN = 10_000;

/** How long to put a look off while many jobs move, in milliseconds. */
const PATIENCE = 60_000;

/** A queue with more jobs is only looked at on demand: each file would be read. */
const MOST_JOBS = 20_000;

/** Keeps what the doctor found last. */
export class RegularDoctor {
  readonly #queue: Queue;
  readonly #names: KnownNames;
  readonly #found: () => void;
  readonly #isBusy: () => boolean;
  #findings: Finding[] | null = null;
  #looking: Promise<Finding[]> | undefined;
  #lookedAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #trouble = "";
  /** Whether that has changed since the last look began. */
  #isChanged = false;

  /**
   * Looks at nothing yet.
   *
   * @param found Called when it has found something else than before.
   * @param isBusy Whether many jobs move now.
   */
  constructor(queue: Queue, names: KnownNames, found: () => void, isBusy: () => boolean) {
    [this.#queue, this.#names] = [queue, names];
    [this.#found, this.#isBusy] = [found, isBusy];
  }

  /** What it found last; `null` before the first look. */
  get findings(): Finding[] | null {
    return this.#findings;
  }

  /** Looks now, or joins a look under way. */
  look(): Promise<Finding[]> {
    this.#looking ??= this.#lookNow().finally(() => this.#looking = undefined);
    return this.#looking;
  }

  /**
   * Looks again soon if it has found something, as that may be what is over now.
   *
   * @param trouble What else is known to be wrong, in a text that is another one once this changes.
   */
  heed(trouble: string): void {
    if (trouble === this.#trouble) return;
    [this.#trouble, this.#isChanged] = [trouble, true];
    if (this.#mayBeOver && this.#timer !== undefined && !this.#looking) this.start();
  }

  get #mayBeOver(): boolean {
    return this.#isChanged && this.#findings !== null && this.#findings.length > 0;
  }

  /** Begins to look now and then. */
  start(): void {
    this.stop();
    const pause = this.#mayBeOver ? AGAIN : EVERY;
    const due = Math.max(performance.now() + FIRST, this.#lookedAt + pause);
    const lookWhenDue = async () => {
      if (this.#isBusy() && performance.now() < due + PATIENCE) {
        this.#timer = setTimeout(lookWhenDue, FIRST);
        return;
      }
      try {
        const { pending, delayed, done, failed, dead } = await this.#names.counts();
        if (pending + delayed + done + failed + dead <= MOST_JOBS) await this.look();
        else this.#lookedAt = performance.now();
      } catch {
        // Tried again the next time.
        this.#lookedAt = performance.now();
      }
      if (this.#timer !== undefined) this.start();
    };
    this.#timer = setTimeout(lookWhenDue, due - performance.now());
  }

  /** Stops that. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #lookNow(): Promise<Finding[]> {
    this.#isChanged = false;
    const findings = await findingsApart(this.#queue);
    this.#lookedAt = performance.now();
    const isSame = JSON.stringify(findings) === JSON.stringify(this.#findings);
    this.#findings = findings;
    if (!isSame) this.#found();
    return findings;
  }
}
