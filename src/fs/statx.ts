/**
 * What statx(2) writes about a file.
 *
 * @module
 */

import type { EntryKind, FileStat } from "./file_port.ts";
import { KERNEL, LIBC, ROOM, STATX } from "./linux_abi.ts";

/** Memory for a `struct statx`: each call overwrites it, and the functions below read it. */
export const statx = new Uint8Array(ROOM["struct statx"]);
const fields = new DataView(statx.buffer);
const littleEndian = true;

const uint32 = (at: number): number => fields.getUint32(at, littleEndian);

function uint64(at: number): number {
  return uint32(at + 4) * 2 ** 32 + uint32(at);
}

/** The file's size, in bytes. */
export const sizeSeen = (): number => uint64(STATX.stx_size);

const modeSeen = () => fields.getUint16(STATX.stx_mode, littleEndian);

/** Whether the file is a character device. */
export const isDeviceSeen = (): boolean => (modeSeen() & LIBC.S_IFMT) === LIBC.S_IFCHR;

/** The file's kind. */
export function kindSeen(): EntryKind {
  const type = modeSeen() & LIBC.S_IFMT;
  return type === LIBC.S_IFREG ? "file" : type === LIBC.S_IFDIR ? "directory" : "other";
}

/** The device's number as `st_dev` has it, and so the runtime. */
function deviceSeen(): number {
  const [major, minor] = [uint32(STATX.stx_dev_major), uint32(STATX.stx_dev_minor)];
  return (major & 0xfff) * 256 + (minor & 0xff) + (minor >>> 8) * 2 ** 20 +
    (major >>> 12) * 2 ** 44;
}

/** The whole description of the file. */
export function statSeen(): FileStat {
  const time = STATX["stx_mtime.tv_sec"];
  const seconds = fields.getInt32(time + 4, littleEndian) * 2 ** 32 + uint32(time);
  return {
    kind: kindSeen(),
    size: sizeSeen(),
    mtime: seconds * 1000 + Math.floor(uint32(STATX["stx_mtime.tv_nsec"]) / 1e6),
    mode: modeSeen() & 0o7777,
    uid: uint32(STATX.stx_uid),
    gid: uint32(STATX.stx_gid),
    links: uint32(STATX.stx_nlink),
    identity: `${deviceSeen()}:${uint64(STATX.stx_ino)}`,
  };
}

/** The parameters of statx(2). */
type StatxCall = (
  fd: number,
  path: Uint8Array<ArrayBuffer>,
  flags: number,
  mask: number,
  result: Uint8Array<ArrayBuffer>,
) => number;

/**
 * Whether statx(2) says of the root directory what the runtime says: asked before it is trusted
 * with any other file. A kernel that refuses the call says nothing wrong.
 */
export function describesRoot(call: StatxCall): boolean {
  const root = new TextEncoder().encode("/\0");
  const { AT_FDCWD, AT_SYMLINK_NOFOLLOW } = LIBC;
  const { STATX_BASIC_STATS } = KERNEL;
  if (call(AT_FDCWD, root, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, statx) !== 0) return true;
  const isWhole = (uint32(STATX.stx_mask) & STATX_BASIC_STATS) === STATX_BASIC_STATS;
  const { kind, mode, uid, gid, identity } = statSeen();
  const { dev, ino, mode: bits, uid: user, gid: group } = Deno.lstatSync("/");
  return isWhole && kind === "directory" && identity === `${dev}:${ino}` &&
    mode === (bits! & 0o7777) && uid === user && gid === group;
}
