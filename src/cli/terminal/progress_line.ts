/**
 * How far a job has come, below what it prints.
 *
 * @module
 */

import type { Progress } from "../../format/progress.ts";
import type { Queue } from "../../queue.ts";
import { progressOf } from "../../inspect/find_job.ts";
import { safeLine } from "./output.ts";
import { progressBar } from "./progress_bar.ts";
import { terminalWidth } from "./terminal.ts";

/** How often to look how far the job has come, in milliseconds. */
const LOOK_EVERY = 250;

const NEWLINE = 10;

/**
 * The progress of one job as a bar on stderr, always on the last line of the terminal. Shows nothing while the last
 * line that the job printed is not complete, and is gone at the end.
 */
export class ProgressLine {
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #look: () => Progress | undefined;
  #shown = "";
  #atLineStart = true;

  /** @param id The job's whole ID. */
  constructor(queue: Queue, id: string) {
    this.#look = () => progressOf(queue, id);
    this.#timer = setInterval(() => this.#draw(), LOOK_EVERY);
  }

  /** Takes the bar away, as something is about to be printed. */
  makeRoom(): void {
    if (this.#shown !== "") write("\r\x1b[K");
    this.#shown = "";
  }

  /** Notes what was printed. */
  printed(piece: Uint8Array): void {
    if (piece.length > 0) this.#atLineStart = piece.at(-1) === NEWLINE;
  }

  /** Takes the bar away for good. */
  end(): void {
    clearInterval(this.#timer);
    this.makeRoom();
  }

  #draw(): void {
    if (!this.#atLineStart) return;
    const progress = this.#look();
    const text = progress ? progressBar(progress, 30, terminalWidth() - 1) : "";
    if (text === this.#shown) return;
    write(`\r${safeLine(text)}\x1b[K`);
    this.#shown = text;
  }
}

function write(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}
