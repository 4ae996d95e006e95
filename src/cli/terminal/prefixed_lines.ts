/**
 * Output of unknown origin, line by line, each with a prefix or in another form.
 *
 * @module
 */

const NEWLINE = 10;

/** A longer line is cut into several, so that little of it is in memory, in bytes. */
const LONGEST = 64 * 1024;

const encoder = new TextEncoder();

/** Makes of a line what is written; without a newline at its end it was cut, or is the last. */
export type LineForm = (line: Uint8Array, offset: number) => Uint8Array;

/** Writes whole lines in another form. */
export class FormedLines {
  readonly #form: LineForm;
  readonly #write: (bytes: Uint8Array) => void;
  #rest = new Uint8Array();
  #at: number;

  /**
   * @param form Gets each line, and its offset in the source, in bytes.
   * @param write Takes lines.
   * @param at The offset of the first byte.
   */
  constructor(form: LineForm, write: (bytes: Uint8Array) => void, at: number = 0) {
    [this.#form, this.#write, this.#at] = [form, write, at];
  }

  /** Writes the lines that end in this piece; keeps the beginning of the next. */
  add(piece: Uint8Array): void {
    const bytes = new Uint8Array(this.#rest.length + piece.length);
    bytes.set(this.#rest);
    bytes.set(piece, this.#rest.length);
    const parts: Uint8Array[] = [];
    let begin = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, begin)) {
      parts.push(this.#line(bytes.subarray(begin, end + 1)));
      begin = end + 1;
    }
    this.#rest = bytes.slice(begin);
    if (this.#rest.length > LONGEST) parts.push(this.#takeRest());
    if (parts.length > 0) this.#write(joined(parts));
  }

  /** Writes a last line that has no end. */
  end(): void {
    if (this.#rest.length > 0) this.#write(this.#takeRest());
  }

  #takeRest(): Uint8Array {
    const line = this.#line(this.#rest);
    this.#rest = new Uint8Array();
    return line;
  }

  #line(bytes: Uint8Array): Uint8Array {
    const formed = this.#form(bytes, this.#at);
    this.#at += bytes.length;
    return formed;
  }
}

/** Writes whole lines with a prefix each; the bytes of a line stay as they are. */
export class PrefixedLines extends FormedLines {
  /** @param prefixOf The prefix of the line that begins at an offset of the source, in bytes. */
  constructor(
    prefixOf: (offset: number) => string,
    write: (bytes: Uint8Array) => void,
    at: number = 0,
  ) {
    const form = (line: Uint8Array, offset: number) => {
      const end = encoder.encode(line.at(-1) === NEWLINE ? "" : "\n");
      return joined([encoder.encode(prefixOf(offset)), line, end]);
    };
    super(form, write, at);
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
