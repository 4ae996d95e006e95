/**
 * Many lines in few writes.
 *
 * @module
 */

/** The shortest time between two writes, in milliseconds: too short for a person to notice. */
const PACE = 20;

/** Writes a line at once, unless the last write was just now: then lines collect for the pace. */
export class PacedOutput {
  readonly #write: (lines: readonly string[]) => void;
  #waiting: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param write Writes lines, in order. Must not throw. */
  constructor(write: (lines: readonly string[]) => void) {
    this.#write = write;
  }

  /** Writes a line, now or within the pace. */
  add(line: string): void {
    this.#waiting.push(line);
    if (this.#timer === undefined) this.#next();
  }

  /** Writes the collected lines. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#waiting;
    this.#waiting = [];
    if (lines.length > 0) this.#write(lines);
  }

  #next(): void {
    const more = this.#waiting.length > 0;
    this.close();
    if (more) this.#timer = setTimeout(() => this.#next(), PACE);
  }
}
