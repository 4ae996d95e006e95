/**
 * The lines of a file, last first, with no more than a few blocks of it in memory.
 *
 * @module
 */

import { openSafely } from "./portable_files.ts";

const BLOCK = 64 * 1024;

/** queuectl writes no longer line, in bytes. */
const LONGEST_LINE = 64 * 1024;

/** After so many bytes without the end of a line the rest of the file is not read. */
const MOST_PASSED = 64 * 1024 * 1024;

const NEWLINE = 10;

/**
 * Yields the lines of a file from its end, without the empty ones.
 *
 * @param onSkipped Called at the end with a sentence if lines of more than 64 KB were skipped, or
 * made the reading stop.
 * @throws {Deno.errors.NotFound} If it is missing.
 */
export function* linesFromEnd(
  path: string,
  onSkipped: (sentence: string) => void,
): Generator<string> {
  using file = openSafely(path, { read: true });
  const decoder = new TextDecoder();
  let rest = new Uint8Array();
  let isTooLong = false;
  let tooLong = 0;
  let without = 0;
  try {
    for (let end = file.seekSync(0, Deno.SeekMode.End); end > 0; end -= BLOCK) {
      const block = readBlock(file, Math.max(0, end - BLOCK), end);
      const first = block.indexOf(NEWLINE);
      if (first >= 0) {
        // Decodes all lines that begin in this block at once.
        const last = isTooLong ? block.lastIndexOf(NEWLINE) : block.length;
        if (isTooLong) tooLong++;
        const text = decoder.decode(joined(block.subarray(first + 1, last), rest));
        for (let to = text.length; to > 0;) {
          const at = text.lastIndexOf("\n", to - 1);
          if (to - at - 1 > LONGEST_LINE) tooLong++;
          else if (to - at > 1) yield text.slice(at + 1, to);
          to = at;
        }
        rest = new Uint8Array();
        isTooLong = false;
        without = 0;
      }
      const to = first < 0 ? block.length : first;
      isTooLong ||= to + rest.length > LONGEST_LINE;
      rest = isTooLong ? new Uint8Array() : joined(block.subarray(0, to), rest);
      without += to;
      if (without > MOST_PASSED) break;
    }
    if (isTooLong) tooLong++;
    else if (rest.length > 0) yield decoder.decode(rest);
  } finally {
    if (without > MOST_PASSED) {
      onSkipped(`${path}: stopped reading after 64 MB without the end of a line`);
    } else if (tooLong > 0) {
      const lines = tooLong === 1 ? "1 line" : `${tooLong} lines`;
      onSkipped(`${path}: skipped ${lines} of more than 64 KB`);
    }
  }
}

function readBlock(file: Deno.FsFile, begin: number, end: number): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(end - begin);
  file.seekSync(begin, Deno.SeekMode.Start);
  for (let at = 0; at < block.length;) {
    const read = file.readSync(block.subarray(at));
    // Truncated meanwhile.
    if (read === null) return block.subarray(0, at);
    at += read;
  }
  return block;
}

function joined(
  first: Uint8Array<ArrayBuffer>,
  second: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
