/**
 * Output of unknown origin, line by line, each with a prefix.
 *
 * @module
 */

const NEWLINE = 10;

/** A longer line is cut into several, so that little of it is in memory, in bytes. */
const LONGEST = 64 * 1024;

const encoder = new TextEncoder();

/** Writes whole lines with a prefix each; the bytes of a line stay as they are. */
export class PrefixedLines {
  readonly #prefixOf: (offset: number) => string;
  readonly #write: (bytes: Uint8Array) => void;
  #rest = new Uint8Array();
  #at: number;

  /**
   * @param prefixOf The prefix of the line that begins at an offset of the source, in bytes.
   * @param write Takes lines.
   * @param at The offset of the first byte.
   */
  constructor(
    prefixOf: (offset: number) => string,
    write: (bytes: Uint8Array) => void,
    at: number = 0,
  ) {
    [this.#prefixOf, this.#write, this.#at] = [prefixOf, write, at];
  }

  /** Writes the lines that end in this piece; keeps the beginning of the next. */
  add(piece: Uint8Array): void {
    const bytes = new Uint8Array(this.#rest.length + piece.length);
    bytes.set(this.#rest);
    bytes.set(piece, this.#rest.length);
    const parts: Uint8Array[] = [];
    let begin = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, begin)) {
      parts.push(...this.#line(bytes.subarray(begin, end + 1)));
      begin = end + 1;
    }
    this.#rest = bytes.slice(begin);
    if (this.#rest.length > LONGEST) parts.push(...this.#takeRest());
    if (parts.length > 0) this.#write(joined(parts));
  }

  /** Writes a last line that has no end, and ends it. */
  end(): void {
    if (this.#rest.length > 0) this.#write(joined(this.#takeRest()));
  }

  #takeRest(): Uint8Array[] {
    const line = this.#line(this.#rest);
    this.#rest = new Uint8Array();
    return [...line, encoder.encode("\n")];
  }

  #line(bytes: Uint8Array): Uint8Array[] {
    const prefix = encoder.encode(this.#prefixOf(this.#at));
    this.#at += bytes.length;
    return [prefix, bytes];
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
