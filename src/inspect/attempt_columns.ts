/**
 * Many attempts that have ended, in 32 bytes each.
 *
 * @module
 */

import type { HistoryLine } from "../contents/history.ts";
import { OUTCOMES } from "../format/written_fields.ts";
import type { CountedAttempt } from "./stats.ts";

/** How many numbers an attempt takes. */
const WIDTH = 4;

/** Where each attempt led, as far as statistics ask. */
const LED_TO = [undefined, "done", "dead"] as const;

/** A list that only grows. */
export class AttemptColumns {
  #numbers = new Float64Array(256 * WIDTH);
  #length = 0;

  /** How many attempts it holds. */
  get length(): number {
    return this.#length;
  }

  /** Adds an attempt. */
  add({ finished_at, wait_ms, duration_ms, outcome, led_to }: HistoryLine): void {
    const at = this.#length++ * WIDTH;
    if (at === this.#numbers.length) {
      const larger = new Float64Array(this.#numbers.length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    const led = LED_TO.indexOf(led_to as typeof LED_TO[number]);
    this.#numbers[at] = Date.parse(finished_at);
    this.#numbers[at + 1] = wait_ms ?? NaN;
    this.#numbers[at + 2] = duration_ms;
    this.#numbers[at + 3] = OUTCOMES.indexOf(outcome) * LED_TO.length + Math.max(0, led);
  }

  /** The attempt at a place. */
  at(index: number): CountedAttempt {
    const [finished, wait, duration_ms, code] = this.#numbers.subarray(
      index * WIDTH,
      (index + 1) * WIDTH,
    );
    return {
      finished: finished!,
      wait_ms: Number.isNaN(wait) ? null : wait!,
      duration_ms: duration_ms!,
      outcome: OUTCOMES[Math.floor(code! / LED_TO.length)]!,
      led_to: LED_TO[code! % LED_TO.length],
    };
  }
}
