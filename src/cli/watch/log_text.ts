/**
 * From the bytes of a log to lines that are safe on a terminal.
 *
 * @module
 */

import { stripAnsiCode } from "@std/fmt/colors";
import { visibleText } from "../../text/shown_text.ts";

/** The most characters of a line that are kept. */
const LONGEST_LINE = 4000;

const TAB = 8;

/** Turns pieces of a log into lines. */
export class LogText {
  readonly #decoder = new TextDecoder();
  #rest = "";

  /** Adds a piece; gives the lines that it completes. */
  add(bytes: Uint8Array): string[] {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split("\n");
    // Of a line without an end, a bar that is drawn over and over say, its end is what shows.
    this.#rest = lines.pop()!.slice(-4 * LONGEST_LINE);
    return lines.map(shownLine);
  }

  /** What follows the last whole line. */
  get rest(): string {
    return shownLine(this.#rest);
  }
}

/** A line as a terminal would show it, without colours, and with escapes for all it would obey. */
export function shownLine(line: string): string {
  const ended = line.endsWith("\r") ? line.slice(0, -1) : line;
  // What is written after a carriage return covers what stood there.
  const last = ended.slice(ended.lastIndexOf("\r") + 1);
  const text = visibleText(spaced(stripAnsiCode(last)));
  return text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}…` : text;
}

function spaced(text: string): string {
  if (!text.includes("\t")) return text;
  let shown = "";
  for (const part of text.split(/(\t)/)) {
    shown += part === "\t" ? " ".repeat(TAB - shown.length % TAB) : part;
  }
  return shown;
}
