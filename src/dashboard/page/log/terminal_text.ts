/**
 * What a command printed, as a terminal would show it: colours become looks, a carriage return goes
 * back to the beginning of its line, so that of a progress bar only the last state is left. Other
 * sequences are left out; control characters, and those that reorder text, stand as escapes.
 *
 * @module
 */

import { visibleText } from "../texts.ts";
import { isSameLook, type Look, lookAfter, PLAIN } from "./looks.ts";

/** Text that looks the same from beginning to end; it may hold line ends. */
export interface Run {
  text: string;
  look: Look;
}

/** What a piece of a log shows. */
export interface Shown {
  runs: Run[];
  /** How text after it looks. */
  look: Look;
}

/** A line is no wider, whatever a sequence asks for. */
const MOST_COLUMNS = 10_000;

/**
 * The next thing in a text: characters that only stand there, a sequence with its end, a string for
 * the terminal up to ST or BEL, another sequence, or one character.
 */
const NEXT = new RegExp(
  [
    "((?:\\t|[^\\p{Cc}\\p{Cs}\\u061c\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ufeff])+)",
    "\\x1b\\[([\\x30-\\x3f]*)[\\x20-\\x2f]*([\\x40-\\x7e])",
    "(\\x1b[\\]PX^_][^\\x07\\x1b\\n]*(?:\\x07|\\x1b\\\\|(?=[\\x1b\\n])|$))",
    "(\\x1b(?:\\[[\\x20-\\x3f]*|[\\x20-\\x2f]*(?:[\\x30-\\x7e]|$))|\\r+(?=\\n))",
    "([^])",
  ].join("|"),
  "yu",
);

/** Shows a piece of a log that begins at the beginning of a line. */
export function shownText(text: string, look: Look): Shown {
  const line = new Line(look);
  NEXT.lastIndex = 0;
  for (let match; (match = NEXT.exec(text));) {
    const [, plain, parameters = "", final, string, other, single] = match;
    if (plain !== undefined) line.write(plain);
    else if (final !== undefined) line.obey(final, parameters);
    else if (string === undefined && other === undefined) line.take(single!);
  }
  line.end();
  return { runs: line.runs, look: line.look };
}

/** The line that is being written, and those before it. */
class Line {
  readonly runs: Run[] = [];
  look: Look;
  /** The line as it came, until something goes back in it: most lines need no cells. */
  #plain: Run[] | undefined = [];
  /** A cell for each column: its characters; empty if a wide one before it stands there too. */
  #cells: string[] = [];
  #looks: Look[] = [];
  #column = 0;

  constructor(look: Look) {
    this.look = look;
  }

  /** Writes characters that only stand there. */
  write(text: string): void {
    if (this.#plain) this.#plain.push({ text, look: this.look });
    else for (const char of text) this.#place(char);
  }

  /** Takes a control character, or one that reorders text. */
  take(char: string): void {
    if (char === "\n") {
      this.end();
      this.#add("\n", PLAIN);
    } else if (char === "\r" || char === "\b") {
      this.#makeCells();
      this.#column = char === "\r" ? 0 : Math.max(0, this.#column - 1);
    } else if (char !== "\x07") this.write(visibleText(char));
  }

  /** Does what a sequence says, if it is about looks or this line. */
  obey(final: string, parameters: string): void {
    if (final === "m") {
      if (!/^[<=>?]/.test(parameters)) this.look = lookAfter(this.look, parameters);
      return;
    }
    const count = Math.min(Number.parseInt(parameters) || 0, MOST_COLUMNS);
    // Nothing stands behind the end of a line that is still plain.
    if (!/[KGCD]/.test(final) || (final === "K" && count === 0 && this.#plain)) return;
    this.#makeCells();
    if (final === "K") this.#erase(count);
    else if (final === "G") this.#column = Math.max(0, count - 1);
    else if (final === "C") {
      this.#column += Math.max(0, Math.min(count || 1, MOST_COLUMNS - this.#column));
    } else if (final === "D") this.#column = Math.max(0, this.#column - (count || 1));
  }

  /** Makes runs of the line, without its end. */
  end(): void {
    for (const { text, look } of this.#plain ?? []) this.#add(text, look);
    for (let at = 0; at < this.#cells.length; at++) this.#add(this.#cells[at]!, this.#looks[at]!);
    this.#plain = [];
    this.#cells = [];
    this.#looks = [];
    this.#column = 0;
  }

  #makeCells(): void {
    const before = this.#plain;
    if (!before) return;
    this.#plain = undefined;
    const now = this.look;
    for (const { text, look } of before) {
      this.look = look;
      for (const char of text) this.#place(char);
    }
    this.look = now;
  }

  /** Puts a character into its cells. */
  #place(char: string): void {
    if (char === "\t") this.#put(char, 8 - this.#column % 8);
    else if (/^[\p{M}\u200d]$/u.test(char)) this.#join(char);
    else this.#put(char, isWide(char) ? 2 : 1);
  }

  #put(char: string, width: number): void {
    const at = this.#column;
    while (this.#cells.length < at) this.#set(this.#cells.length, " ", PLAIN);
    if (this.#cells[at] === "") this.#split(at);
    if (this.#cells[at + width] === "") this.#split(at + width);
    for (let next = at; next < at + width; next++) {
      this.#set(next, next === at ? char : "", this.look);
    }
    this.#column = at + width;
  }

  #set(at: number, cell: string, look: Look): void {
    this.#cells[at] = cell;
    this.#looks[at] = look;
  }

  /** Puts a mark on the character before, as a browser would. */
  #join(mark: string): void {
    let at = this.#column - 1;
    while (at > 0 && this.#cells[at] === "") at--;
    if (this.#cells[at] === undefined) this.#put(mark, 1);
    else this.#cells[at] += mark;
  }

  /** Makes spaces of a wide character, as something is written over a part of it. */
  #split(at: number): void {
    let first = at;
    while (first > 0 && this.#cells[first] === "") first--;
    this.#cells[first] = " ";
    for (let next = first + 1; this.#cells[next] === ""; next++) this.#cells[next] = " ";
  }

  /** Erases to the end of the line (0), to the cursor (1) or all of it (2). */
  #erase(which: number): void {
    const end = this.#column;
    if (which === 0) this.#cells.length = this.#looks.length = Math.min(end, this.#cells.length);
    else if (which === 2) this.#cells.length = this.#looks.length = 0;
    else if (which === 1) {
      if (this.#cells[end + 1] === "") this.#split(end + 1);
      const last = Math.min(end, this.#cells.length - 1);
      for (let at = 0; at <= last; at++) this.#set(at, " ", PLAIN);
    }
  }

  #add(text: string, look: Look): void {
    if (text === "") return;
    const last = this.runs.at(-1);
    // A line end looks like nothing, so it joins whatever stands before it.
    if (last && (text === "\n" || isSameLook(last.look, look))) last.text += text;
    else this.runs.push({ text, look });
  }
}

/** Whether a character takes two columns. */
function isWide(char: string): boolean {
  const code = char.codePointAt(0)!;
  if (code < 0x1100) return false;
  return code <= 0x115f || (code >= 0x2e80 && code <= 0xa4cf && code !== 0x303f) ||
    (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) || (code >= 0x20000 && code <= 0x3fffd) ||
    /^\p{Emoji_Presentation}$/u.test(char);
}
