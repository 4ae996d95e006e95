/**
 * The whole terminal as a screen to draw on.
 *
 * @module
 */

import { safeLine } from "./output.ts";

const encoder = new TextEncoder();

/** The alternate screen, so that the shell's stays as it was; no cursor; long lines not wrapped. */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
const LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l";

/** Draws on the whole terminal and reads keys. `using` restores the terminal, whatever happens. */
export class FullScreen implements Disposable {
  readonly #resized: () => void;
  #open = true;
  #last: readonly string[] = [];

  /**
   * @param pressed Called with the key that was pressed, or the sequence that it sends.
   * @param resized Called when the terminal changed its size.
   */
  constructor(pressed: (keys: string) => void, resized: () => void) {
    this.#resized = () => {
      this.#last = [];
      resized();
    };
    Deno.stdin.setRaw(true);
    write(ENTER);
    Deno.addSignalListener("SIGWINCH", this.#resized);
    void this.#read(pressed);
  }

  /** Shows these lines and nothing below them; writes only those that changed, in one write. */
  draw(lines: readonly string[]): void {
    if (!this.#open) return;
    const text = changedLines(this.#last, lines);
    this.#last = [...lines];
    if (text !== "") write(text);
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#open = false;
    Deno.removeSignalListener("SIGWINCH", this.#resized);
    try {
      write(LEAVE);
      Deno.stdin.setRaw(false);
    } catch {
      // The terminal itself is gone.
    }
  }

  async #read(pressed: (keys: string) => void): Promise<void> {
    const buffer = new Uint8Array(64);
    try {
      while (this.#open) {
        const read = await Deno.stdin.read(buffer);
        if (read === null) break;
        pressed(new TextDecoder().decode(buffer.subarray(0, read)));
      }
    } catch {
      // Without an input no key can quit: quit now, as at its end.
    }
    pressed("q");
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
