/**
 * How many of many jobs have ended.
 *
 * @module
 */

import { formatDuration } from "./format_duration.ts";
import { sayInPlace } from "./output.ts";
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

/** The totals as a bar on stderr, rewritten in place, where a person watches. */
export class TotalBar {
  readonly #text = new TotalText();
  readonly #isShown = Deno.stderr.isTerminal();
  #hasLine = false;

  /** Shows new totals. */
  show(totals: Totals): void {
    const words = this.#text.of(totals, performance.now());
    if (!this.#isShown) return;
    const fraction = (totals.done + totals.failed) / Math.max(totals.total, 1);
    sayInPlace(progressBar({ text: words, fraction }, 20, terminalSize().columns - 1));
    this.#hasLine = true;
  }

  /** Removes the line until the next totals: call it before anything else is written. */
  makeRoom(): void {
    if (this.#hasLine) sayInPlace("");
    this.#hasLine = false;
  }
}
