/**
 * The whole terminal as a screen to draw on.
 *
 * @module
 */

import { isJobOfShell } from "../../process/launcher.ts";
import { keyReader } from "./keys.ts";
import { safeLine } from "./output.ts";

const encoder = new TextEncoder();

/** The alternate screen, so that the shell's stays as it was; no cursor; long lines not wrapped. */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
const LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l";

/**
 * Draws on the whole terminal and reads keys. `using` restores the terminal, whatever happens; so
 * does Ctrl-Z until the shell brings the program back.
 */
export class FullScreen implements Disposable {
  readonly #redraw: () => void;
  readonly #signals: readonly [Deno.Signal, () => void][];
  #open = true;
  /** Whether the terminal is the shell's for a while. */
  #isAway = false;
  #last: readonly string[] = [];

  /**
   * @param pressed Called with each key, as {@linkcode keyReader} names them; at the end of the
   * input with `ctrl-c`.
   * @param redraw Called when the terminal changed its size, or is the program's again.
   */
  constructor(pressed: (key: string) => void, redraw: () => void) {
    this.#redraw = redraw;
    this.#signals = [
      ["SIGWINCH", () => this.#forget()],
      ["SIGTSTP", () => this.#stop()],
      ["SIGCONT", () => this.#enter()],
    ];
    this.#enter();
    for (const [signal, listener] of this.#signals) Deno.addSignalListener(signal, listener);
    void this.#read((key) => {
      if (key !== "ctrl-z") pressed(key);
      // All of the shell's job: a program that started this one is to stop too.
      else if (isJobOfShell()) Deno.kill(0, "SIGTSTP");
    });
  }

  /** Shows these lines and nothing below them; writes only those that changed, in one write. */
  draw(lines: readonly string[]): void {
    if (!this.#open || this.#isAway) return;
    const text = changedLines(this.#last, lines);
    this.#last = [...lines];
    if (text !== "") write(text);
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    for (const [signal, listener] of this.#signals) Deno.removeSignalListener(signal, listener);
    this.#leave();
  }

  #enter(): void {
    this.#isAway = false;
    Deno.stdin.setRaw(true);
    write(ENTER);
    this.#forget();
  }

  #forget(): void {
    this.#last = [];
    this.#redraw();
  }

  #leave(): void {
    try {
      write(LEAVE);
      Deno.stdin.setRaw(false);
    } catch {
      // The terminal itself is gone.
    }
  }

  #stop(): void {
    this.#leave();
    this.#isAway = true;
    Deno.kill(Deno.pid, "SIGSTOP");
  }

  async #read(pressed: (key: string) => void): Promise<void> {
    const take = keyReader(pressed);
    const buffer = new Uint8Array(1024);
    try {
      while (this.#open) {
        const read = await Deno.stdin.read(buffer);
        if (read === null) break;
        take(buffer.slice(0, read));
      }
    } catch {
      // Without an input no key can quit: quit now, as at its end.
    }
    pressed("ctrl-c");
  }
}

/**
 * What turns a terminal that shows some lines into one that shows others.
 *
 * @param shown What it shows; empty if that is unknown, as after a resize.
 */
export function changedLines(shown: readonly string[], lines: readonly string[]): string {
  let text = shown.length === 0 ? "\x1b[2J" : "";
  lines.forEach((line, row) => {
    if (shown[row] !== line) text += `\x1b[${row + 1};1H\x1b[K${safeLine(line, true)}\x1b[0m`;
  });
  return shown.length > lines.length ? `${text}\x1b[${lines.length + 1};1H\x1b[J` : text;
}

function write(text: string): void {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}
