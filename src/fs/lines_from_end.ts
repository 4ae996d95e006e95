/**
 * The lines of a file, the last first, whatever its size: no more than a few blocks of it are in memory.
 *
 * @module
 */

import { openOwn } from "./portable_files.ts";

const BLOCK = 64 * 1024;

/** What is longer, in bytes, is no line of queuectl's. */
const LONGEST_LINE = 64 * 1024;

/** After so many bytes in which no line ends nothing of the file is worth the reading. */
const MOST_PASSED = 64 * 1024 * 1024;

const NEWLINE = 10;

/**
 * Yields the lines of a file from its end, without those that are empty.
 *
 * @param passed Called at the end with a sentence if lines were passed over, or the file was not read to its beginning,
 * because there are lines of more than 64 KB.
 * @throws {Deno.errors.NotFound} If it is not there.
 */
export function* linesFromEnd(
  path: string,
  passed: (sentence: string) => void,
): Generator<string> {
  using file = openOwn(path, { read: true });
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
        // One decoding for all lines that begin in this block.
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
      passed(`${path} was not read to its beginning: for 64 MB no line of it ends`);
    } else if (tooLong > 0) {
      passed(
        `${path}: passed over what is longer than 64 KB without the end of a line, ${tooLong} times`,
      );
    }
  }
}

function readBlock(file: Deno.FsFile, begin: number, end: number): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(end - begin);
  file.seekSync(begin, Deno.SeekMode.Start);
  for (let at = 0; at < block.length;) {
    const read = file.readSync(block.subarray(at));
    // Cut off meanwhile.
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
