/**
 * The ends of files that may be large, and that others write to meanwhile.
 *
 * @module
 */

/**
 * The last bytes of a file.
 *
 * @param most How many bytes at most.
 * @returns `undefined` if it is no regular file: a link is not followed, and a fifo is not waited for.
 * @throws {Deno.errors.NotFound} If it is not there.
 */
export function readTail(path: string, most: number): Uint8Array | undefined {
  if (!Deno.lstatSync(path).isFile) return undefined;
  using file = Deno.openSync(path, { read: true });
  const end = file.seekSync(0, Deno.SeekMode.End);
  file.seekSync(Math.max(0, end - most), Deno.SeekMode.Start);
  const bytes = new Uint8Array(most);
  return bytes.subarray(0, file.readSync(bytes) ?? 0);
}
