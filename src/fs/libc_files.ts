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
import type { EntryKind, FileStat } from "./file_port.ts";
import { syncfsIsDurable, syncfsReportsErrors } from "./file_systems.ts";
import { EAGAIN, ENOENT, errno, type Libc, libc, pathBytes, sharedPathBytes } from "./libc.ts";

const isArm = Deno.build.arch === "aarch64";
const O_NONBLOCK = 0o4000;
/** For every open: a program that is started inherits no file of ours. */
export const O_CLOEXEC = 0o2000000;
/** For every open: a link at the end of the path is refused. */
export const O_NOFOLLOW = isArm ? 0o100000 : 0o400000;
/** For every open of what may be a file: opening a fifo must not wait for its other end. */
const SAFELY = O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC;
const AT_FDCWD = -100, AT_SYMLINK_NOFOLLOW = 0x100, AT_EMPTY_PATH = 0x1000;
const AT_STATX_FORCE_SYNC = 0x2000, STATX_BASIC_STATS = 0x7ff, RWF_NOWAIT = 8;

const NO_PATH = new Uint8Array(1);
/** A `struct statx`, which has the same layout on every machine. */
const statx = new Uint8Array(256);
const fields = new DataView(statx.buffer);
const littleEndian = true;

function uint64(at: number): number {
  return fields.getUint32(at + 4, littleEndian) * 2 ** 32 + fields.getUint32(at, littleEndian);
}

/** Fills {@linkcode statx} for an open file; whether that worked. */
function statOpen(c: Libc, fd: number): boolean {
  return c.statx(fd, NO_PATH, AT_EMPTY_PATH, STATX_BASIC_STATS, statx) === 0;
}

const sizeSeen = () => uint64(40);
const modeSeen = () => fields.getUint16(28, littleEndian);

function kindSeen(): EntryKind {
  const type = modeSeen() & 0o170000;
  return type === 0o100000 ? "file" : type === 0o040000 ? "directory" : "other";
}

/** The device's number as `st_dev` has it, and so the runtime. */
function deviceSeen(): number {
  const [major, minor] = [fields.getUint32(136, littleEndian), fields.getUint32(140, littleEndian)];
  return (major & 0xfff) * 256 + (minor & 0xff) + (minor >>> 8) * 2 ** 20 +
    (major >>> 12) * 2 ** 44;
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
    return errno(c) === ENOENT ? null : undefined;
  }
  const seconds = fields.getInt32(116, littleEndian) * 2 ** 32 +
    fields.getUint32(112, littleEndian);
  return {
    kind: kindSeen(),
    size: sizeSeen(),
    mtime: seconds * 1000 + Math.floor(fields.getUint32(120, littleEndian) / 1e6),
    mode: modeSeen() & 0o7777,
    uid: fields.getUint32(20, littleEndian),
    gid: fields.getUint32(24, littleEndian),
    links: fields.getUint32(16, littleEndian),
    identity: `${deviceSeen()}:${uint64(32)}`,
  };
}

/**
 * Whether an open file of this process is a character device, such as /dev/null or a terminal;
 * `false` where unknown.
 *
 * @param fd Its number; 0 is stdin.
 */
export function isDevice(fd: number): boolean {
  const c = libc();
  return c !== undefined && statOpen(c, fd) && (modeSeen() & 0o170000) === 0o020000;
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
    if (read < 0 && errno(c) !== EAGAIN) return readOpen(c, fd, size);
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
    const type = typeOfOpen(c, fd);
    const isTrusted = type !== undefined && syncfsIsDurable(type) &&
      syncfsReportsErrors(kernelRelease(c));
    if (!isTrusted) return undefined;
    if (await c.syncfs(fd) !== 0) throw notFlushed(directory);
    return true;
  } finally {
    c.close(fd);
  }
}

/** What statfs(2) says of the file system that an open file is on. */
function statfsOfOpen(c: Libc, fd: number): DataView | undefined {
  // The struct is 120 bytes on 64-bit machines.
  const statfs = new Uint8Array(256);
  return c.fstatfs(fd, statfs) === 0 ? new DataView(statfs.buffer) : undefined;
}

/** `f_type` of statfs(2): the type of the file system that an open file is on. */
function typeOfOpen(c: Libc, fd: number): number | undefined {
  return statfsOfOpen(c, fd)?.getUint32(0, littleEndian);
}

/** What the caller may still write, and the size, of a directory's file system, in bytes. */
export function spaceOf(c: Libc, directory: string): { free: number; total: number } | undefined {
  const fd = c.open(sharedPathBytes(directory), SAFELY, 0);
  if (fd < 0) return undefined;
  const statfs = statfsOfOpen(c, fd);
  c.close(fd);
  if (!statfs) return undefined;
  // f_bsize, f_blocks and f_bavail.
  const [block, blocks, available] = [8, 16, 32].map((at) =>
    Number(statfs.getBigUint64(at, littleEndian))
  );
  return { free: available! * block!, total: blocks! * block! };
}

/** `f_type` of statfs(2): the type of the file system that a directory is on. */
export function fileSystemType(c: Libc, directory: string): number | undefined {
  const fd = c.open(sharedPathBytes(directory), SAFELY, 0);
  if (fd < 0) return undefined;
  const type = typeOfOpen(c, fd);
  c.close(fd);
  return type;
}

/** Such as `6.1.0-18-amd64`; empty if unknown. */
function kernelRelease(c: Libc): string {
  // Six texts of 65 bytes: the system, the machine's name, the release …
  const utsname = new Uint8Array(6 * 65);
  if (c.uname(utsname) !== 0) return "";
  const release = utsname.subarray(2 * 65, 3 * 65);
  return new TextDecoder().decode(release.subarray(0, release.indexOf(0)));
}

/** Removes a file on another thread. */
export async function unlinkPath(c: Libc, path: string): Promise<true | undefined> {
  const name = pathBytes(path);
  const result = await c.unlinkOnThread(name);
  // Used after the call, so that the path's memory outlives it.
  return name.length > 0 && result === 0 ? true : undefined;
}
