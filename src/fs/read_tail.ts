/**
 * Reading the end, or the beginning, of a file that may be large and may grow meanwhile.
 *
 * @module
 */

import { look } from "./stale.ts";

/**
 * The last bytes of a file.
 *
 * @param most How many bytes at most.
 * @returns `undefined` if it is not a regular file: follows no link and waits for no fifo.
 * @throws {Deno.errors.NotFound} If it is missing.
 */
export function readTail(path: string, most: number): Uint8Array | undefined {
  return look(() => readPart(path, most, true));
}

/** The first bytes of a file, under the same rules. */
export function readHead(path: string, most: number): Uint8Array | undefined {
  return look(() => readPart(path, most, false));
}

function readPart(path: string, most: number, isTail: boolean): Uint8Array | undefined {
  if (!Deno.lstatSync(path).isFile) return undefined;
  using file = Deno.openSync(path, { read: true });
  if (isTail) {
    const end = file.seekSync(0, Deno.SeekMode.End);
    file.seekSync(Math.max(0, end - most), Deno.SeekMode.Start);
  }
  const bytes = new Uint8Array(most);
  return bytes.subarray(0, file.readSync(bytes) ?? 0);
}
