/**
 * File calls straight to the C library. The runtime's own walk the path for its permissions, look
 * at the file more than once, and throw where a file is only missing; a job makes a dozen such
 * calls.
 *
 * Each function handles the plain case and returns `undefined` otherwise: the caller then makes the
 * runtime's own call, which fails in the same way and words the error.
 *
 * @module
 */

import { notFlushed, wrongKind } from "../text/errors.ts";
import type { FileStat } from "./file_port.ts";
import { syncfsIsDurable, syncfsReportsErrors } from "./file_systems.ts";
import { errno, type Libc, libc, pathBytes, sharedPathBytes } from "./libc.ts";
import { ERRNO, KERNEL, LIBC, ROOM, STATFS, UTSNAME } from "./linux_abi.ts";
import { isDeviceSeen, kindSeen, sizeSeen, statSeen, statx } from "./statx.ts";

const { AT_FDCWD, AT_SYMLINK_NOFOLLOW, O_CLOEXEC, O_NOFOLLOW, O_NONBLOCK } = LIBC;
const { AT_EMPTY_PATH, AT_STATX_FORCE_SYNC, STATX_BASIC_STATS, RWF_NOWAIT } = KERNEL;
/** For every open of what may be a file: opening a fifo must not wait for its other end. */
const SAFELY = O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC;

const NO_PATH = new Uint8Array(1);
const littleEndian = true;

/** Fills {@linkcode statx} for an open file; whether that worked. */
function statOpen(c: Libc, fd: number): boolean {
  return c.statx(fd, NO_PATH, AT_EMPTY_PATH, STATX_BASIC_STATS, statx) === 0;
}

/**
 * Describes the entry at a path; `null` if the path is free.
 *
 * @param how With `fresh`, as the server has it now, and not as it is remembered here: local file
 * systems make no difference.
 */
export function statPath(c: Libc, path: string, how?: "fresh"): FileStat | null | undefined {
  const name = sharedPathBytes(path);
  const flags = AT_SYMLINK_NOFOLLOW | (how === "fresh" ? AT_STATX_FORCE_SYNC : 0);
  if (c.statx(AT_FDCWD, name, flags, STATX_BASIC_STATS, statx) !== 0) {
    return errno(c) === ERRNO.ENOENT ? null : undefined;
  }
  return statSeen();
}

/**
 * Whether an open file of this process is a character device, such as /dev/null or a terminal;
 * `false` where unknown.
 *
 * @param fd Its number; 0 is stdin.
 */
export function isDevice(fd: number): boolean {
  const c = libc();
  if (c) return statOpen(c, fd) && isDeviceSeen();
  // Without the C library another program has to say.
  return fd === 0 && inputIsDevice();
}

function inputIsDevice(): boolean {
  // In "/": the directory of this process may be one that cannot be entered.
  const options = { cwd: "/", stdin: "inherit", stdout: "null", stderr: "null" } as const;
  const test = new Deno.Command("/bin/sh", { args: ["-c", "[ -c /dev/stdin ]"], ...options });
  return test.outputSync().success;
}

/** Opens a regular file for reading; {@linkcode sizeSeen} then returns its size. */
function openRegular(c: Libc, path: string): number | undefined {
  const fd = c.open(sharedPathBytes(path), SAFELY, 0);
  if (fd < 0) return undefined;
  if (statOpen(c, fd) && kindSeen() === "file") return fd;
  c.close(fd);
}

/** Reads a regular file. */
export function readRegular(c: Libc, path: string): Uint8Array | undefined {
  const fd = openRegular(c, path);
  return fd === undefined ? undefined : readOpen(c, fd, sizeSeen());
}

/** Reads an open file from its position to its end, and closes it. */
function readOpen(c: Libc, fd: number, size: number): Uint8Array | undefined {
  try {
    // One byte more than expected: a read that does not fill it has met the end. A file in /proc
    // has size 0.
    let buffer = new Uint8Array(size === 0 ? 64 * 1024 : size + 1);
    for (let at = 0;;) {
      const read = Number(c.read(fd, buffer.subarray(at), BigInt(buffer.length - at)));
      if (read < 0) return undefined;
      at += read;
      if (read === 0 || at < buffer.length) return buffer.subarray(0, at);
      const longer = new Uint8Array(2 * buffer.length);
      longer.set(buffer);
      buffer = longer;
    }
  } finally {
    c.close(fd);
  }
}

/** A buffer for content that is in memory; its address never changes. */
const cached = new Uint8Array(16 * 1024);
let cachedVector: Uint8Array<ArrayBuffer> | undefined;

/** A `struct iovec` for {@linkcode cached}. */
function vectorOfCached(): Uint8Array<ArrayBuffer> {
  const address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(cached));
  return new Uint8Array(new BigUint64Array([BigInt(address), BigInt(cached.length)]).buffer);
}

/**
 * Reads a regular file: now if the kernel has it in memory (`RWF_NOWAIT` of preadv2(2)), else on
 * another thread, which waits for the disk.
 */
export function readUnblocked(
  c: Libc,
  path: string,
): Uint8Array | Promise<Uint8Array | undefined> | undefined {
  const fd = openRegular(c, path);
  if (fd === undefined) return undefined;
  const size = sizeSeen();
  if (size < cached.length) {
    const read = Number(c.preadv2(fd, cachedVector ??= vectorOfCached(), 1, 0n, RWF_NOWAIT));
    // Some file systems do not know the flag; for most of them, in memory, nothing waits.
    if (read < 0 && errno(c) !== ERRNO.EAGAIN) return readOpen(c, fd, size);
    if (read === size) {
      c.close(fd);
      return cached.slice(0, size);
    }
  }
  return readOnThread(c, fd, size);
}

async function readOnThread(c: Libc, fd: number, size: number): Promise<Uint8Array | undefined> {
  const buffer = new Uint8Array(size + 1);
  try {
    const read = Number(await c.readOnThread(fd, buffer, BigInt(buffer.length)));
    return read === size ? buffer.subarray(0, size) : undefined;
  } finally {
    c.close(fd);
  }
}

/**
 * Makes a file or directory durable, on another thread.
 *
 * @throws {Error} If the disk fails: a second fsync would return success. If the path is neither of
 * the two.
 */
export async function syncPath(c: Libc, path: string): Promise<true | undefined> {
  const fd = c.open(sharedPathBytes(path), SAFELY, 0);
  if (fd < 0) return undefined;
  try {
    if (!statOpen(c, fd)) return undefined;
    if (kindSeen() === "other") throw wrongKind(path, "a file or directory");
    if (await c.fsync(fd) !== 0) throw notFlushed(path);
    return true;
  } finally {
    c.close(fd);
  }
}

/**
 * Makes a directory's whole file system durable, if that is of a type whose `syncfs(2)` can be
 * trusted.
 *
 * @throws {Error} If the disk fails.
 */
export async function syncFileSystem(c: Libc, directory: string): Promise<true | undefined> {
  const fd = c.open(sharedPathBytes(directory), SAFELY, 0);
  if (fd < 0) return undefined;
  try {
    const system = fileSystemOfOpen(c, fd);
    const isTrusted = system !== undefined && syncfsIsDurable(system.type) &&
      syncfsReportsErrors(kernelRelease(c));
    if (!isTrusted) return undefined;
    if (await c.syncfs(fd) !== 0) throw notFlushed(directory);
    return true;
  } finally {
    c.close(fd);
  }
}

/** What statfs(2) says of a file system. */
interface FileSystem {
  /** A number from Linux's include/uapi/linux/magic.h. */
  readonly type: number;
  /** What the caller may still write, in bytes. */
  readonly free: number;
  /** Its size, in bytes. */
  readonly total: number;
}

/** The file system that an open file is on; `undefined` also if the answer makes no sense. */
function fileSystemOfOpen(c: Libc, fd: number): FileSystem | undefined {
  const statfs = new Uint8Array(ROOM["struct statfs"]);
  if (c.fstatfs(fd, statfs) !== 0) return undefined;
  const fields = new DataView(statfs.buffer);
  const [type, block, blocks, available] = [
    STATFS.f_type,
    STATFS.f_bsize,
    STATFS.f_blocks,
    STATFS.f_bavail,
  ].map((at) => Number(fields.getBigUint64(at, littleEndian)));
  if (type === 0 || block === 0 || block! > MOST_BLOCK) return undefined;
  return { type: type! % 2 ** 32, free: available! * block!, total: blocks! * block! };
}

/** No file system has blocks of more bytes. */
const MOST_BLOCK = 2 ** 30;

/** The file system that a directory is on. */
export function fileSystemOf(c: Libc, directory: string): FileSystem | undefined {
  const fd = c.open(sharedPathBytes(directory), SAFELY, 0);
  if (fd < 0) return undefined;
  const found = fileSystemOfOpen(c, fd);
  c.close(fd);
  return found;
}

/** Such as `6.1.0-18-amd64`; empty if unknown. */
function kernelRelease(c: Libc): string {
  const utsname = new Uint8Array(ROOM["struct utsname"]);
  if (c.uname(utsname) !== 0) return "";
  const release = utsname.subarray(UTSNAME.release);
  return new TextDecoder().decode(release.subarray(0, release.indexOf(0)));
}

/** Removes a file on another thread. */
export async function unlinkPath(c: Libc, path: string): Promise<true | undefined> {
  const name = pathBytes(path);
  const result = await c.unlinkOnThread(name);
  // Used after the call, so that the path's memory outlives it.
  return name.length > 0 && result === 0 ? true : undefined;
}
