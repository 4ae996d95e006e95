/**
 * Making files straight by the C library, as libc_files.ts has it for those that are there.
 *
 * @module
 */

import { notFlushed } from "../text/errors.ts";
import { type Libc, pathBytes, sharedPathBytes } from "./libc.ts";
import { LIBC } from "./linux_abi.ts";

const ANEW = LIBC.O_WRONLY | LIBC.O_CREAT | LIBC.O_EXCL | LIBC.O_CLOEXEC;

/** Makes a new file with this content, or none. */
export function createFile(c: Libc, path: string, content: Uint8Array): true | undefined {
  const fd = createOpen(c, path, content);
  // Some file systems report only now that there was no space.
  if (fd === undefined || c.close(fd) === 0) return fd === undefined ? undefined : true;
  c.unlink(sharedPathBytes(path));
}

/** Makes a new file with this content, or none, and leaves it open. */
export function createOpen(c: Libc, path: string, content: Uint8Array): number | undefined {
  const name = sharedPathBytes(path);
  const fd = c.open(name, ANEW, 0o600);
  if (fd < 0) return undefined;
  if (writeWhole(c, fd, content)) return fd;
  c.close(fd);
  c.unlink(name);
}

/**
 * Makes a new file, or none, on other threads: for a file system whose server has to be waited for.
 *
 * @param isFlushed Whether to make its content durable.
 * @throws {Error} If the disk fails to do so.
 */
export async function createOnThreads(
  c: Libc,
  path: string,
  content: Uint8Array,
  isFlushed: boolean,
): Promise<true | undefined> {
  const name = pathBytes(path);
  const fd = await c.openOnThread(name, ANEW, 0o600);
  if (fd < 0) return undefined;
  const bytes = content as Uint8Array<ArrayBuffer>;
  const isWhole = Number(await c.writeOnThread(fd, bytes, BigInt(bytes.length))) === bytes.length;
  const hasFailed = isWhole && isFlushed && await c.fsync(fd) !== 0;
  const isClosed = await c.closeOnThread(fd) === 0;
  if (hasFailed) throw notFlushed(path);
  if (isWhole && isClosed) return true;
  await c.unlinkOnThread(name);
}

/**
 * Makes an open file durable, on another thread, and closes it.
 *
 * @throws {Error} If the disk fails.
 */
export async function syncAndClose(c: Libc, fd: number, path: string): Promise<void> {
  try {
    if (await c.fsync(fd) !== 0) throw notFlushed(path);
  } finally {
    c.close(fd);
  }
}

function writeWhole(c: Libc, fd: number, content: Uint8Array): boolean {
  let at = 0;
  while (at < content.length) {
    const rest = content.subarray(at) as Uint8Array<ArrayBuffer>;
    const written = Number(c.write(fd, rest, BigInt(rest.length)));
    if (written <= 0) break;
    at += written;
  }
  return at === content.length;
}
