/**
 * The lines of a file from some place on, with one block of it in memory.
 *
 * @module
 */

import { openSafely } from "./portable_files.ts";

/** Longer lines than this are passed over, in bytes. */
const BLOCK = 128 * 1024;

const NEWLINE = 10;

/**
 * Yields the whole lines that a file has from a place on, a block at a time, and where the next
 * begin. A last line without its end is left for the next time.
 *
 * @param from A place that an earlier call gave, or 0.
 * @throws {Deno.errors.NotFound} If it is missing.
 */
export function* linesOnward(
  path: string,
  from: number,
): Generator<{ lines: string[]; next: number }> {
  using file = openSafely(path, { read: true });
  const decoder = new TextDecoder();
  const block = new Uint8Array(BLOCK);
  let isTooLong = false;
  let lineBegins = from;
  for (let at = from;;) {
    file.seekSync(at, Deno.SeekMode.Start);
    const read = file.readSync(block) ?? 0;
    const end = block.subarray(0, read).lastIndexOf(NEWLINE) + 1;
    if (end === 0 && read < BLOCK) return;
    // The rest of a line that is too long is no line.
    const begin = isTooLong ? block.indexOf(NEWLINE) + 1 : 0;
    isTooLong = end === 0;
    at += isTooLong ? read : end;
    if (!isTooLong) lineBegins = at;
    const text = isTooLong ? "" : decoder.decode(block.subarray(begin, end));
    yield { lines: text.split("\n"), next: lineBegins };
  }
}
