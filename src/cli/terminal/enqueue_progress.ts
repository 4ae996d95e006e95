/**
 * How far `enqueue --file` has come.
 *
 * @module
 */

import { formatDuration } from "./format_duration.ts";
import { sayInPlace } from "./output.ts";

/**
 * `20000 of 100000 jobs, 21300/s, 4s left` on stderr, rewritten in place and removed at the end.
 * Shows nothing unless a person watches stderr and stdout goes elsewhere.
 */
export class EnqueueProgress {
  readonly #total: number;
  readonly #shown = Deno.stderr.isTerminal() && !Deno.stdout.isTerminal();
  readonly #start = performance.now();
  #count = 0;

  /** @param total How many jobs there are to add. */
  constructor(total: number) {
    this.#total = total;
  }

  /** Counts some more jobs as added. */
  add(count: number): void {
    this.#count += count;
    if (!this.#shown || this.#count >= this.#total) return;
    sayInPlace(progressText(this.#count, this.#total, performance.now() - this.#start));
  }

  /** Removes the line. */
  end(): void {
    if (this.#shown) sayInPlace("");
  }
}

/** The text of the line, `milliseconds` after the start. */
export function progressText(count: number, total: number, milliseconds: number): string {
  const rate = count / Math.max(milliseconds, 1);
  const left = formatDuration((total - count) / rate);
  return `${count} of ${total} jobs, ${Math.round(rate * 1000)}/s, ${left} left`;
}
