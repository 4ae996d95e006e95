/**
 * When a worker that comes and goes leaves: after so long without a job to run or to wait for.
 *
 * A program that starts a worker if none lives looks at workers/ after it has added its job. The
 * worker first says there that it leaves, then looks for jobs once more. So one of the two sees the
 * other, and no job is left to a worker that is about to exit.
 *
 * @module
 */

import { announceLeaving, withdrawLeaving } from "../contents/requests.ts";
import { HELD_TIME } from "../format/names.ts";
import type { Store } from "../store/store.ts";
import type { Parts } from "./arrival.ts";
import { isDrained } from "./departure.ts";

/** What an {@linkcode IdleExit} asks and does. */
export interface IdleExitOptions {
  /** The worker's name. */
  readonly worker: string;
  /** How long nothing may run, in seconds. Default: for ever. */
  readonly seconds: number | undefined;
  /** Whether the worker leaves already, or runs something. */
  goesOn(): boolean;
  /** Makes the worker leave. */
  leave(): void;
  trouble(error: unknown): void;
}

/** Makes a worker leave when it has been idle for some time. */
export class IdleExit {
  readonly #store: Store;
  readonly #parts: Parts;
  readonly #options: IdleExitOptions;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(store: Store, parts: Parts, options: IdleExitOptions) {
    this.#store = store;
    this.#parts = parts;
    this.#options = options;
  }

  /** Something runs: the time begins anew once nothing does. */
  reset(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Nothing runs: unless the time has begun already, it begins now. */
  begin(): void {
    const { seconds, goesOn, trouble } = this.#options;
    if (seconds === undefined) return;
    this.#timer ??= setTimeout(async () => {
      this.#timer = undefined;
      await this.#look().catch(trouble);
      if (!goesOn()) this.begin();
    }, seconds * 1000);
  }

  async #look(): Promise<void> {
    const { worker, goesOn, leave } = this.#options;
    const store = this.#store, parts = this.#parts;
    // A job that is delayed or to be retried is waited for; one that is held is not.
    const isOver = () => !parts.parked.hasMeetable && isDrained(store, parts, HELD_TIME - 1);
    if (!isOver() || !await parts.recoverer.hasDoneAll() || goesOn()) return;
    announceLeaving(store, worker);
    if (isOver()) leave();
    else withdrawLeaving(store, worker);
  }
}
