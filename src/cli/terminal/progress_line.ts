/**
 * A job's progress, below what it prints.
 *
 * @module
 */

import type { Progress } from "../../format/progress.ts";
import { progressOf } from "../../inspect/find_job.ts";
import type { Queue } from "../../queue.ts";
import { sayInPlace } from "./output.ts";
import { progressBar } from "./progress_bar.ts";
import { terminalSize } from "./terminal.ts";

/** How often to read the progress, in milliseconds. */
const LOOK_EVERY = 250;

const NEWLINE = 10;

/**
 * The progress of one job as a bar on stderr, always on the last line of the terminal. Shows
 * nothing while the last line that the job printed is incomplete.
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

  /** Removes the bar until the next look: call it before printing anything. */
  makeRoom(): void {
    if (this.#shown !== "") this.#show("");
  }

  /** Notes what the job printed. */
  printed(piece: Uint8Array): void {
    if (piece.length > 0) this.#atLineStart = piece.at(-1) === NEWLINE;
  }

  /** Removes the bar for good. */
  end(): void {
    clearInterval(this.#timer);
    this.makeRoom();
  }

  #draw(): void {
    if (!this.#atLineStart) return;
    const progress = this.#look();
    const text = progress ? progressBar(progress, 30, terminalSize().columns - 1) : "";
    if (text !== this.#shown) this.#show(text);
  }

  #show(text: string): void {
    sayInPlace(text);
    this.#shown = text;
  }
}
