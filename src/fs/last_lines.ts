/**
 * Where the last lines of a file begin, whatever its size and content.
 *
 * @module
 */

import { openSafely } from "./portable_files.ts";
import { look } from "./stale.ts";

/** How much is read at once, in bytes. */
const BLOCK = 64 * 1024;

const NEWLINE = 10;

/**
 * The offset at which the last lines of a part of a file begin; a last line without its end counts.
 * Reads from the end, one block at a time.
 *
 * @param lines How many lines.
 * @param from Where the part begins, in bytes: the answer is no less.
 * @param to Where it ends, or beyond the end of the file.
 * @throws {Deno.errors.NotFound} If the file is missing.
 */
export function startOfLastLines(path: string, lines: number, from: number, to: number): number {
  using file = look(() => openSafely(path, { read: true }));
  const end = Math.max(from, Math.min(to, file.statSync().size));
  if (lines === 0) return end;
  const block = new Uint8Array(BLOCK);
  // The newline at the very end ends the last line, and begins none.
  let left = lines;
  for (let stop = end - 1; stop > from;) {
    const begin = Math.max(from, stop - BLOCK);
    file.seekSync(begin, Deno.SeekMode.Start);
    const read = file.readSync(block.subarray(0, stop - begin)) ?? 0;
    for (let at = read; (at = block.lastIndexOf(NEWLINE, at - 1)) >= 0;) {
      if (--left === 0) return begin + at + 1;
      if (at === 0) break;
    }
    stop = begin;
  }
  return from;
}
