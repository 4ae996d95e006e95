/**
 * Reading the end of a file that may be large and may grow meanwhile.
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
  return look(() => readTailNow(path, most));
}

function readTailNow(path: string, most: number): Uint8Array | undefined {
  if (!Deno.lstatSync(path).isFile) return undefined;
  using file = Deno.openSync(path, { read: true });
  const end = file.seekSync(0, Deno.SeekMode.End);
  file.seekSync(Math.max(0, end - most), Deno.SeekMode.Start);
  const bytes = new Uint8Array(most);
  return bytes.subarray(0, file.readSync(bytes) ?? 0);
}
