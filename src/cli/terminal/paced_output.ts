/**
 * Writing many lines in few calls.
 *
 * @module
 */

/** The shortest time between two writes, in milliseconds: too short for a person to see. */
const PACE = 20;

/** Writes a line at once if the last was a while ago; lines in quick succession wait for each other. */
export class PacedOutput {
  readonly #write: (lines: readonly string[]) => void;
  #waiting: string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param write Writes lines, in order. Must not throw. */
  constructor(write: (lines: readonly string[]) => void) {
    this.#write = write;
  }

  /** Writes a line, now or in a moment. */
  add(line: string): void {
    if (this.#timer === undefined) {
      this.#write([line]);
      this.#timer = setTimeout(() => this.#next(), PACE);
    } else this.#waiting.push(line);
  }

  /** Writes what waits. */
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
