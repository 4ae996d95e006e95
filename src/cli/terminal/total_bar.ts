/**
 * How many of many jobs have ended.
 *
 * @module
 */

import { formatDuration } from "./format_duration.ts";
import { note, sayInPlace } from "./output.ts";
import { progressBar } from "./progress_bar.ts";
import { terminalSize } from "./terminal.ts";

/** Jobs by how far they are. */
export interface Totals {
  /** How many are done. */
  done: number;
  /** How many are dead, or were removed. */
  failed: number;
  /** How many run. */
  running: number;
  /** How many there are. */
  total: number;
}

/** The rate is that of about so long, in milliseconds. */
const SPAN = 30_000;

/** The totals in words, `12 of 40 done, 1 failed, 4 running, 1.5/s, 18s left`. */
export class TotalText {
  readonly #seen: { time: number; ended: number }[] = [];

  /** @param now Milliseconds, of a clock that only goes on. */
  of({ done, failed, running, total }: Totals, now: number): string {
    const ended = done + failed;
    this.#seen.push({ time: now, ended });
    while (this.#seen.length > 2 && this.#seen[1]!.time < now - SPAN) this.#seen.shift();
    const first = this.#seen[0]!;
    const rate = (ended - first.ended) / Math.max(now - first.time, 1) * 1000;
    return [
      `${done} of ${total} done`,
      ...(failed > 0 ? [`${failed} failed`] : []),
      ...(ended < total ? [`${running} running`] : []),
      ...(rate > 0 ? [`${rate < 10 ? rate.toFixed(1) : Math.round(rate)}/s`] : []),
      ...(rate > 0 && ended < total
        ? [`${formatDuration((total - ended) / rate * 1000)} left`]
        : []),
    ].join(", ");
  }
}

/** How often the totals are said where no person watches, in milliseconds. */
const SAY_EVERY = 30_000;

/** The totals on stderr: a bar that is rewritten in place where a person watches, else lines. */
export class TotalBar {
  readonly #text = new TotalText();
  readonly #isTerminal = Deno.stderr.isTerminal();
  readonly #sayEvery: number;
  #hasLine = false;
  #said = { words: "", time: performance.now() };

  /** @param sayEvery How often to say them, in milliseconds, if they change. Default: 30,000. */
  constructor(sayEvery = SAY_EVERY) {
    this.#sayEvery = sayEvery;
  }

  /** Shows new totals. */
  show(totals: Totals): void {
    const now = performance.now();
    const words = this.#text.of(totals, now);
    const ended = totals.done + totals.failed;
    if (this.#isTerminal) {
      const fraction = ended / Math.max(totals.total, 1);
      sayInPlace(progressBar({ text: words, fraction }, 20, terminalSize().columns - 1));
      this.#hasLine = true;
    } else if (now - this.#said.time >= this.#sayEvery && words !== this.#said.words) {
      note(words);
      this.#said = { words, time: now };
    }
  }

  /** Removes the bar until the next totals: call it before anything else is written. */
  makeRoom(): void {
    if (this.#hasLine) sayInPlace("");
    this.#hasLine = false;
  }
}
