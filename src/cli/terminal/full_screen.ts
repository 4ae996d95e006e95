/**
 * The whole terminal, for a while.
 *
 * @module
 */

import { safeLine } from "./output.ts";

const encoder = new TextEncoder();

/** Another screen than the one with the shell's history; no cursor; no line broken at the edge. */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
const LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l";

/** Draws on the whole terminal, and reads keys. `using` gives the terminal back as it was, whatever happens. */
export class FullScreen implements Disposable {
  readonly #resized: () => void;
  #open = true;
  #last: readonly string[] = [];

  /**
   * Takes the terminal.
   *
   * @param pressed Called with what was typed: a key, or the sequence that one sends.
   * @param resized Called when the terminal has another size.
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

  /** The columns and lines there are. */
  size(): { columns: number; rows: number } {
    try {
      const { columns, rows } = Deno.consoleSize();
      return { columns: columns || 80, rows: rows || 24 };
    } catch {
      return { columns: 80, rows: 24 };
    }
  }

  /** Draws lines from the top, and nothing below them: only those that differ from what is there, in one write. */
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
        // The end of the input is as good as a key that quits.
        pressed(read === null ? "q" : new TextDecoder().decode(buffer.subarray(0, read)));
        if (read === null) return;
      }
    } catch {
      pressed("q");
    }
  }
}

/**
 * What to write to a terminal that shows some lines, so that it shows others.
 *
 * @param shown What it shows; nothing known if empty.
 * @param lines What it is to show.
 */
export function changedLines(shown: readonly string[], lines: readonly string[]): string {
  let text = "";
  lines.forEach((line, row) => {
    if (shown[row] !== line) text += `\x1b[${row + 1};1H\x1b[K${safeLine(line, true)}\x1b[0m`;
  });
  // With nothing known of it the screen is cleared first: after a resize anything may stand there.
  if (shown.length === 0) return `\x1b[2J${text}`;
  return shown.length > lines.length ? `${text}\x1b[${lines.length + 1};1H\x1b[J` : text;
}

function write(text: string): void {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}
