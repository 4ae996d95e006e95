/**
 * Settling jobs that have ended, as fast as the disk flushes. Jobs that end during one flush share
 * the next.
 *
 * @module
 */

import { settle, type Settlement } from "../moves/settle.ts";
import type { Store } from "../store/store.ts";
import { reasonOf } from "../text/errors.ts";

/** While jobs end this close together, in milliseconds, they are gathered before settling … */
const GATHER_WHEN_WITHIN = 20;
/** … for at most this long … */
const GATHER_FOR = 20;
/** … or until there are this many. */
const GATHER_UP_TO = 16;

/** How long to wait before a disk that failed is tried again, in milliseconds. */
const RETRY_AFTER = 1000;

/** What a {@linkcode Settler} asks and reports. */
export interface SettlerEvents {
  /** Whether other jobs may end soon. */
  busy(): boolean;
  /** Completes jobs that are about to be settled. Asked once for each. */
  completed(settlements: readonly Settlement[]): Settlement[];
  /** Jobs are durably settled, or were taken away. */
  settled(settlements: readonly Settlement[]): void;
  /** The disk refused these jobs, all for one reason: they are tried again. */
  trouble(error: unknown, refused: readonly Settlement[]): void;
  /** What the disk refused for this reason at the last try, it refused for it no more. */
  recovered(reason: string): void;
}

/** What one try has met: an error, and the jobs that it kept from being settled. */
interface Fault {
  error: unknown;
  refused: Settlement[];
}

/** The faults of one try, by their reasons. */
type Faults = Map<string, Fault>;

/** Settles jobs in the background, together where possible, and again where the disk refused. */
export class Settler {
  readonly #store: Store;
  readonly #events: SettlerEvents;
  #waiting: Settlement[] = [];
  /** Jobs that the disk refused last time: completed already. */
  #refused: Settlement[] = [];
  /** Why the disk refused jobs last time: the error and the jobs of each reason. */
  #faults: Faults = new Map();
  #working: Promise<void> | undefined;
  #abandoned = false;
  #lastSettled = -Infinity;
  #gathered: () => void = () => {};

  constructor(store: Store, events: SettlerEvents) {
    this.#store = store;
    this.#events = events;
  }

  /** Whether the disk refused last time: then nothing new should be started. */
  get stuck(): boolean {
    return this.#faults.size > 0;
  }

  /** Hands over a job that has ended. */
  add(settlement: Settlement): void {
    if (this.#abandoned) return;
    this.#waiting.push(settlement);
    this.#gathered();
    this.#working ??= this.#work();
  }

  /** Resolves when nothing is left to settle. */
  async idle(): Promise<void> {
    while (this.#working) await this.#working;
  }

  /** Drops what is not settled: the jobs are another worker's now. */
  abandon(): void {
    this.#abandoned = true;
  }

  async #work(): Promise<void> {
    while (!this.#abandoned) {
      if (this.#waiting.length + this.#refused.length === 0) break;
      if (this.#isWorthGathering()) await this.#gather();
      const group = [...this.#refused, ...this.#events.completed(this.#waiting)];
      this.#waiting = [];
      this.#refused = [];
      // A job that cannot be settled must not hold up the others, so after a failure each goes
      // alone.
      const parts = this.stuck ? group.map((settlement) => [settlement]) : [group];
      const faults: Faults = new Map();
      for (const part of parts) await this.#settle(part, faults);
      this.#reportFaults(faults);
      this.#lastSettled = performance.now();
      if (this.stuck) await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER));
    }
    // In the same step as the last look, so that whatever is added from now on begins anew.
    this.#working = undefined;
  }

  #isWorthGathering(): boolean {
    return this.#events.busy() &&
      performance.now() - this.#lastSettled < GATHER_WHEN_WITHIN;
  }

  /**
   * Lets short jobs in quick succession share their flushes, and the turns of the event loop.
   * Nothing waits for that: the slots are filled meanwhile, and gathering is over with the last job
   * of all.
   */
  #gather(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, GATHER_FOR);
      this.#gathered = () => {
        if (this.#waiting.length < GATHER_UP_TO && this.#events.busy()) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #settle(part: Settlement[], faults: Faults): Promise<void> {
    let fault: Fault | undefined;
    try {
      await settle(this.#store, part);
    } catch (error) {
      const reason = reasonOf(error);
      fault = faults.get(reason) ?? { error, refused: [] };
      faults.set(reason, fault);
    }
    const refused = part.filter((settlement) => !isOver(settlement));
    fault?.refused.push(...refused);
    this.#refused.push(...refused);
    const over = part.filter(isOver);
    if (over.length > 0) this.#events.settled(over);
  }

  /** Reports what one try has met. */
  #reportFaults(faults: Faults): void {
    const before = this.#faults;
    this.#faults = faults;
    for (const reason of before.keys()) if (!faults.has(reason)) this.#events.recovered(reason);
    for (const { error, refused } of faults.values()) this.#events.trouble(error, refused);
  }
}

function isOver({ progress }: Settlement): boolean {
  return progress === "settled" || progress === "gone";
}
