/**
 * File calls straight to the C library. The runtime's own walk the path for its permissions, look at the
 * file more than once, and make an exception of what is merely not there; a job is a dozen
 * such calls.
 *
 * Each function here does the plain case and says `undefined` to all else, whatever it was: the caller
 * then makes the runtime's own call, which fails in the same way and words the error.
 *
 * @module
 */

import { notFlushed, wrongKind } from "../text/errors.ts";
import type { EntryKind, FileStat } from "./file_port.ts";
import { keepsSyncfs, tellsOfSyncfs } from "./file_systems.ts";
import { EAGAIN, ENOENT, errno, type Libc, libc, passingPath, pathBytes } from "./libc.ts";

const isArm = Deno.build.arch === "aarch64";
const O_WRONLY = 1, O_CREAT = 0o100, O_EXCL = 0o200, O_NONBLOCK = 0o4000;
/** For every opening: no program that is started gets what is open here. */
export const O_CLOEXEC = 0o2000000;
/** For every opening: a link at the end of the path is refused. */
export const O_NOFOLLOW = isArm ? 0o100000 : 0o400000;
/** For every opening but that of a directory: who opens a fifo must not wait for its other end. */
const CAREFULLY = O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC;
const AT_FDCWD = -100, AT_SYMLINK_NOFOLLOW = 0x100, AT_EMPTY_PATH = 0x1000;
const STATX_BASIC_STATS = 0x7ff, RWF_NOWAIT = 8, POSIX_FADV_WILLNEED = 3;

const NO_PATH = new Uint8Array(1);
/** A `struct statx`, which has the same layout on every machine. */
const statx = new Uint8Array(256);
const fields = new DataView(statx.buffer);
const littleEndian = true;

function uint64(at: number): number {
  return fields.getUint32(at + 4, littleEndian) * 2 ** 32 + fields.getUint32(at, littleEndian);
}

const CHARACTER_DEVICE = 0o020000;

function kindOfMode(mode: number): EntryKind {
  const type = mode & 0o170000;
  return type === 0o100000 ? "file" : type === 0o040000 ? "directory" : "other";
}

/** As `st_dev` has it, and so the runtime. */
function deviceNumber(major: number, minor: number): number {
  return (major & 0xfff) * 256 + (minor & 0xff) + (minor >>> 8) * 2 ** 20 +
    (major >>> 12) * 2 ** 44;
}

/** What lies at a path, `null` if nothing does. */
export function lookAt(c: Libc, path: string): FileStat | null | undefined {
  const result = c.statx(
    AT_FDCWD,
    passingPath(path),
    AT_SYMLINK_NOFOLLOW,
    STATX_BASIC_STATS,
    statx,
  );
  if (result !== 0) return errno(c) === ENOENT ? null : undefined;
  const mode = fields.getUint16(28, littleEndian);
  const seconds = fields.getInt32(116, littleEndian) * 2 ** 32 +
    fields.getUint32(112, littleEndian);
  const device = deviceNumber(
    fields.getUint32(136, littleEndian),
    fields.getUint32(140, littleEndian),
  );
  return {
    kind: kindOfMode(mode),
    size: uint64(40),
    mtime: seconds * 1000 + Math.floor(fields.getUint32(120, littleEndian) / 1e6),
    mode: mode & 0o7777,
    uid: fields.getUint32(20, littleEndian),
    gid: fields.getUint32(24, littleEndian),
    identity: `${device}:${uint64(32)}`,
  };
}

/**
 * Whether one of this process's open files is a character device: /dev/null, say, or a terminal. `false` where that
 * cannot be told.
 *
 * @param fd Its number; 0 is stdin.
 */
export function isDevice(fd: number): boolean {
  const c = libc();
  if (c?.statx(fd, NO_PATH, AT_EMPTY_PATH, STATX_BASIC_STATS, statx) !== 0) return false;
  return (fields.getUint16(28, littleEndian) & 0o170000) === CHARACTER_DEVICE;
}

/** Opens a regular file to read it; its size is then where {@linkcode sizeSeen} finds it. */
function openRegular(c: Libc, path: string): number | undefined {
  // Not blocking, and looked at before it is read, should it be a fifo.
  const fd = c.open(passingPath(path), CAREFULLY, 0);
  if (fd < 0) return undefined;
  const isRegular = c.statx(fd, NO_PATH, AT_EMPTY_PATH, STATX_BASIC_STATS, statx) === 0 &&
    kindOfMode(fields.getUint16(28, littleEndian)) === "file";
  if (isRegular) return fd;
  c.close(fd);
}

function sizeSeen(): number {
  return uint64(40);
}

/** Reads a regular file. */
export function readRegular(c: Libc, path: string): Uint8Array | undefined {
  const fd = openRegular(c, path);
  return fd === undefined ? undefined : readOpen(c, fd, sizeSeen());
}

/** Reads an open file from where it stands, and closes it. */
function readOpen(c: Libc, fd: number, size: number): Uint8Array | undefined {
  try {
    // One byte more than there should be: a read that does not fill it has met the end.
    let buffer = new Uint8Array(size + 1);
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

/** What is read at once if memory has it; its address never changes. */
const ready = new Uint8Array(16 * 1024);
let readyVector: Uint8Array<ArrayBuffer> | undefined;

/** A `struct iovec` for {@linkcode ready}. */
function vectorOfReady(): Uint8Array<ArrayBuffer> {
  const address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(ready));
  return new Uint8Array(new BigUint64Array([BigInt(address), BigInt(ready.length)]).buffer);
}

/**
 * Reads a regular file: now if the kernel has it in memory (`RWF_NOWAIT` of preadv2(2)), else on another thread, as
 * that waits for the disk.
 */
export function readReady(
  c: Libc,
  path: string,
): Uint8Array | Promise<Uint8Array | undefined> | undefined {
  const fd = openRegular(c, path);
  if (fd === undefined) return undefined;
  const size = sizeSeen();
  if (size < ready.length) {
    const read = Number(c.preadv2(fd, readyVector ??= vectorOfReady(), 1, 0n, RWF_NOWAIT));
    // Some file systems cannot tell: those in memory need not, the others have to be waited for.
    if (read < 0 && errno(c) !== EAGAIN) return readOpen(c, fd, size);
    if (read === size) {
      c.close(fd);
      return ready.slice(0, size);
    }
  }
  return readElsewhere(c, fd, size);
}

async function readElsewhere(c: Libc, fd: number, size: number): Promise<Uint8Array | undefined> {
  const buffer = new Uint8Array(size + 1);
  try {
    const read = Number(await c.readElsewhere(fd, buffer, BigInt(buffer.length)));
    // Less or more than it had is for the caller's other way.
    return read === size ? buffer.subarray(0, size) : undefined;
  } finally {
    c.close(fd);
  }
}

/**
 * Has the kernel bring into memory what {@linkcode readReady} will read of a file. Waits for its name and its inode
 * to be read, and not for its content.
 */
export function bringIn(c: Libc, path: string): void {
  const fd = c.open(passingPath(path), CAREFULLY, 0);
  if (fd < 0) return;
  c.posix_fadvise(fd, 0n, BigInt(ready.length), POSIX_FADV_WILLNEED);
  c.close(fd);
}

/** Makes a new file with this content, and nothing if that fails. */
export function createNew(c: Libc, path: string, content: Uint8Array): true | undefined {
  const name = passingPath(path);
  const fd = c.open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600);
  if (fd < 0) return undefined;
  const isWhole = writeWhole(c, fd, content);
  // Some file systems tell only now that there was no room.
  if (c.close(fd) === 0 && isWhole) return true;
  c.unlink(name);
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

/**
 * Makes a file or directory durable, on another thread.
 *
 * @throws {Error} If the disk fails: asked a second time the kernel would say that all is well. If it is neither.
 */
export async function flushed(c: Libc, path: string): Promise<true | undefined> {
  const fd = c.open(passingPath(path), CAREFULLY, 0);
  if (fd < 0) return undefined;
  try {
    if (c.statx(fd, NO_PATH, AT_EMPTY_PATH, STATX_BASIC_STATS, statx) !== 0) return undefined;
    if (kindOfMode(fields.getUint16(28, littleEndian)) === "other") {
      throw wrongKind(path, "a file or directory");
    }
    if (await c.fsync(fd) !== 0) throw notFlushed(path);
    return true;
  } finally {
    c.close(fd);
  }
}

/**
 * Makes all of the file system that a directory lies on durable, if that is one where this can be believed.
 *
 * @throws {Error} If the disk fails.
 */
export async function flushedWhole(c: Libc, directory: string): Promise<true | undefined> {
  const fd = c.open(passingPath(directory), CAREFULLY, 0);
  if (fd < 0) return undefined;
  try {
    const type = fileSystemType(c, fd);
    if (type === undefined || !keepsSyncfs(type) || !tellsOfSyncfs(kernelRelease(c))) {
      return undefined;
    }
    if (await c.syncfs(fd) !== 0) throw notFlushed(directory);
    return true;
  } finally {
    c.close(fd);
  }
}

/** `f_type` of statfs(2): which kind of file system an open file lies on. */
function fileSystemType(c: Libc, fd: number): number | undefined {
  // The struct is 120 bytes on 64-bit machines; its first field is a long.
  const statfs = new Uint8Array(256);
  return c.fstatfs(fd, statfs) === 0
    ? new DataView(statfs.buffer).getUint32(0, littleEndian)
    : undefined;
}

/** {@linkcode fileSystemType} of a directory. */
export function fileSystemOf(c: Libc, directory: string): number | undefined {
  const fd = c.open(passingPath(directory), CAREFULLY, 0);
  if (fd < 0) return undefined;
  const type = fileSystemType(c, fd);
  c.close(fd);
  return type;
}

/** Such as `6.1.0-18-amd64`; empty if it is not told. */
function kernelRelease(c: Libc): string {
  // Six texts of 65 bytes: the system, the machine's name, the release …
  const utsname = new Uint8Array(6 * 65);
  if (c.uname(utsname) !== 0) return "";
  const release = utsname.subarray(2 * 65, 3 * 65);
  return new TextDecoder().decode(release.subarray(0, release.indexOf(0)));
}

/** Removes a file on another thread. */
export async function removed(c: Libc, path: string): Promise<true | undefined> {
  const name = pathBytes(path);
  const result = await c.unlinkElsewhere(name);
  // Named after the call, so that the path lives through it.
  return name.length > 0 && result === 0 ? true : undefined;
}
