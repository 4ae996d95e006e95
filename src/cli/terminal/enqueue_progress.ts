/**
 * A line that tells how far a long command has come.
 *
 * @module
 */

import { formatDuration } from "./duration.ts";

/**
 * `20000 of 100000 jobs, 21300/s, 4s left`, on stderr, rewritten in place. Shows only where a person
 * watches stderr and stdout goes elsewhere, and is gone at the end.
 */
export class Progress {
  readonly #total: number;
  readonly #shown = Deno.stderr.isTerminal() && !Deno.stdout.isTerminal();
  readonly #start = performance.now();
  #count = 0;

  /** @param total How many there are to do. */
  constructor(total: number) {
    this.#total = total;
  }

  /** Notes that some more are done. */
  add(count: number): void {
    this.#count += count;
    if (!this.#shown || this.#count >= this.#total) return;
    const text = progressText(this.#count, this.#total, performance.now() - this.#start);
    this.#write(`\r${text}\x1b[K`);
  }

  /** Takes the line away. */
  end(): void {
    if (this.#shown) this.#write("\r\x1b[K");
  }

  #write(text: string): void {
    Deno.stderr.writeSync(new TextEncoder().encode(text));
  }
}

/**
 * What a progress line says.
 *
 * @param milliseconds The time it took so far.
 */
export function progressText(count: number, total: number, milliseconds: number): string {
  const rate = count / Math.max(milliseconds, 1);
  const left = formatDuration((total - count) / rate);
  return `${count} of ${total} jobs, ${Math.round(rate * 1000)}/s, ${left} left`;
}
