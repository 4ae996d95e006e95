/**
 * The part of a job's log that is in memory: a window over a file of any size, which grows at
 * either end and then gives up what lies at the other.
 *
 * @module
 */

import { isSameLook, type Look, PLAIN } from "./looks.ts";
import { type Run, shownText } from "./terminal_text.ts";

/** Bytes of a log, from byte `from`, and how large the log is. */
export interface LogPiece {
  from: number;
  bytes: Uint8Array;
  size: number;
}

/**
 * Reads a log from one byte to before another; a negative `from` counts from the end.
 * `undefined` if there is none.
 */
export type ReadLog = (from: number, to?: number) => Promise<LogPiece | undefined>;

/** Some lines of a log. Each change makes another one of it. */
export interface Chunk {
  readonly from: number;
  readonly to: number;
  readonly bytes: Uint8Array;
  readonly runs: readonly Run[];
  /** How text before it, and after it, looks. */
  readonly before: Look;
  readonly after: Look;
  readonly lines: number;
  /** Whether the next chunk writes over it, so that it shows nothing and its bytes are gone. */
  readonly isFolded?: true;
}

/** Bounds, in bytes but for the lines. */
export interface Bounds {
  /** How much is read at once. */
  piece: number;
  /** The largest chunk, and the most lines in one. */
  chunk: number;
  lines: number;
  /** The most in memory; a line counts for some bytes too. */
  window: number;
}

const BOUNDS: Bounds = { piece: 128 * 1024, chunk: 32 * 1024, lines: 400, window: 2 * 1024 * 1024 };

/** What a line costs a browser besides its bytes. */
const LINE_WEIGHT = 40;

/** How many chunks may be on the screen where the window is read on. */
const KEPT = 2;

const NEWLINE = 10, RETURN = 13, ESCAPE = 27;

/** A window over a log; each of its methods resolves when it has moved. */
export class LogWindow {
  /** What is in memory, in order and without gaps. */
  chunks: readonly Chunk[] = [];
  /** The size of the log, as far as is known. */
  size = 0;
  readonly #read: ReadLog;
  readonly #marks: () => readonly number[];
  readonly #bounds: Bounds;
  #last: Promise<unknown> = Promise.resolve();

  /** @param marks Bytes at which a chunk must begin: where attempts do. */
  constructor(read: ReadLog, marks: () => readonly number[] = () => [], bounds: Bounds = BOUNDS) {
    [this.#read, this.#marks, this.#bounds] = [read, marks, bounds];
  }

  get from(): number {
    return this.chunks[0]?.from ?? 0;
  }

  get to(): number {
    return this.chunks.at(-1)?.to ?? 0;
  }

  /** Shows the end of the log. */
  showEnd(): Promise<void> {
    return this.#inTurn(() => this.#showFrom(-this.#bounds.piece));
  }

  /** Shows the log from a byte on at which a line begins. */
  showAt(offset: number): Promise<void> {
    return this.#inTurn(() => this.#showFrom(offset));
  }

  /** Adds what lies before the window. */
  older(): Promise<void> {
    return this.#inTurn(async () => {
      const { from: end } = this;
      if (end === 0) return;
      const piece = await this.#read(Math.max(0, end - this.#bounds.piece), end);
      if (!piece || piece.from + piece.bytes.length !== end) return await this.#showFrom(0);
      this.size = piece.size;
      const added = this.#within(this.#cut(fromLineOn(piece), PLAIN, true), "end");
      const all = this.#joined(added, this.chunks);
      // What is on the screen stays: it is where the window began.
      while (all.length > added.length + KEPT && weightOf(all) > this.#bounds.window) all.pop();
      this.chunks = all;
    });
  }

  /** Adds what lies behind the window: at most a piece. */
  newer(): Promise<void> {
    return this.#inTurn(async () => {
      const { to } = this;
      const piece = await this.#read(to, to + this.#bounds.piece);
      // A log that became shorter is another one.
      if (!piece || piece.size < to) return await this.#showFrom(-this.#bounds.piece);
      this.size = piece.size;
      if (piece.bytes.length === 0) return;
      // The last chunk may have ended within a line, so it is cut again with what follows.
      const end = this.chunks.at(-1);
      const last = end?.isFolded ? undefined : end;
      const bytes = new Uint8Array((last?.bytes.length ?? 0) + piece.bytes.length);
      if (last) bytes.set(last.bytes);
      bytes.set(piece.bytes, last?.bytes.length ?? 0);
      const from = last?.from ?? to;
      const before = last?.before ?? end?.after ?? PLAIN;
      const added = this.#within(this.#cut({ from, bytes }, before), "start");
      const all = [...(last ? this.chunks.slice(0, -1) : this.chunks), ...added];
      while (all.length > added.length + KEPT && weightOf(all) > this.#bounds.window) all.shift();
      this.chunks = all;
    });
  }

  /** Learns that the log has grown. */
  grown(size: number): void {
    this.size = Math.max(size, this.to);
  }

  async #showFrom(from: number): Promise<void> {
    const piece = await this.#read(from, from < 0 ? undefined : from + this.#bounds.piece);
    this.size = piece?.size ?? 0;
    if (!piece) this.chunks = [];
    else if (from < 0) this.chunks = this.#within(this.#cut(fromLineOn(piece), PLAIN), "end");
    else this.chunks = this.#within(this.#cut(piece, PLAIN), "start");
  }

  /** One after the other; one that fails does not end the row. */
  #inTurn(move: () => Promise<void>): Promise<void> {
    const moved = this.#last.then(move);
    this.#last = moved.catch(() => {});
    return moved;
  }

  /** Chunks of a piece. */
  #cut({ from, bytes }: { from: number; bytes: Uint8Array }, before: Look, isFollowed = false) {
    const chunks: Chunk[] = [];
    const marks = this.#marks();
    let [at, look] = [0, before];
    while (at < bytes.length) {
      const mark = marks.find((offset) => offset > from + at) ?? Infinity;
      const length = chunkLength(bytes.subarray(at), this.#bounds, mark - from - at);
      const chunk = chunkOf(from + at, bytes.slice(at, at + length), look);
      at += length;
      look = chunk.after;
      const isOver = at < bytes.length || isFollowed;
      chunks.push(isOver && from + at !== mark ? folded(chunk) : chunk);
    }
    return chunks;
  }

  /** Two rows of chunks as one; the second looks as it does after the first. */
  #joined(first: readonly Chunk[], second: readonly Chunk[]): Chunk[] {
    const all = [...first, ...second];
    for (let at = Math.max(1, first.length); at < all.length; at++) {
      const [{ after }, { from, bytes, before }] = [all[at - 1]!, all[at]!];
      if (isSameLook(after, before) || all[at]!.isFolded) break;
      all[at] = chunkOf(from, bytes, after);
    }
    return all;
  }

  /** As much as half the window holds of new chunks, from their start or their end. */
  #within(chunks: Chunk[], from: "start" | "end"): Chunk[] {
    const kept = [...chunks];
    while (kept.length > 1 && weightOf(kept) > this.#bounds.window / 2) {
      if (from === "start") kept.pop();
      else kept.shift();
    }
    return kept;
  }
}

/** What chunks cost: their bytes, and what lines cost a browser besides. */
function weightOf(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { bytes, lines }) => sum + bytes.length + lines * LINE_WEIGHT, 0);
}

/** A chunk of these bytes. */
function chunkOf(from: number, bytes: Uint8Array, before: Look): Chunk {
  // As a stream: the beginning of a character whose end has not been printed yet is left out.
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes, { stream: true });
  const { runs, look: after } = shownText(text, before);
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines++;
  return { from, to: from + bytes.length, bytes, runs, before, after, lines };
}

/** A chunk that is a part of one line and went back to its beginning, as what follows leaves it. */
function folded(chunk: Chunk): Chunk {
  if (chunk.lines > 0 || chunk.bytes.at(-1) !== RETURN) return chunk;
  return { ...chunk, bytes: new Uint8Array(), runs: [], isFolded: true };
}

/** A piece without the rest of the line at its beginning, unless that is all of it. */
function fromLineOn({ from, bytes }: LogPiece): { from: number; bytes: Uint8Array } {
  if (from === 0) return { from, bytes };
  const ends = [NEWLINE, RETURN].map((byte) => bytes.indexOf(byte) + 1);
  const start = ends.find((end) => end > 0 && end < bytes.length) ??
    Math.max(0, bytes.findIndex((byte) => !isRestOfCharacter(byte)));
  return { from: from + start, bytes: bytes.subarray(start) };
}

/** How many bytes the next chunk takes: whole lines, or if one is too long, whole characters. */
export function chunkLength(bytes: Uint8Array, bounds: Bounds, mark = Infinity): number {
  const most = Math.min(bounds.chunk, mark);
  let [lines, end] = [0, 0];
  for (let at = 0; at < Math.min(most, bytes.length) && lines < bounds.lines; at++) {
    if (bytes[at] !== NEWLINE) continue;
    lines++;
    end = at + 1;
  }
  if (lines === bounds.lines) return end;
  if (bytes.length <= most) return bytes.length;
  if (most === mark) return mark;
  if (end > 0) return end;
  // A line too long. The last byte may be a return whose newline follows.
  const fold = bytes.lastIndexOf(RETURN, most - 2) + 1;
  return fold > 0 ? fold : wholeCharacters(bytes, most);
}

/** The longest sequence that is looked for at the end of a piece of an overlong line. */
const SEQUENCE_LOOK = 64;

/** At most so many bytes, ending neither in a character nor in a sequence. */
function wholeCharacters(bytes: Uint8Array, most: number): number {
  const escape = bytes.lastIndexOf(ESCAPE, most - 1);
  if (escape > 0 && most - escape < SEQUENCE_LOOK) {
    const text = new TextDecoder().decode(bytes.subarray(escape + 1, most));
    if (/^(?:\[[\x20-\x3f]*|[\]PX^_]\P{Cc}*|)$/u.test(text)) return escape;
  }
  for (let end = most; end > most - 4; end--) if (!isRestOfCharacter(bytes[end]!)) return end;
  return most;
}

/** Whether a byte of UTF-8 is not the first one of its character. */
function isRestOfCharacter(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
