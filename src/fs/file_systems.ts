/**
 * Which promises each file system keeps. A file system is known by `f_type` of statfs(2), a number
 * from Linux's include/uapi/linux/magic.h; one that is not listed here is trusted with nothing.
 *
 * @module
 */

/** ext2, ext3 and ext4 share one number. */
export const EXT = 0xef53;
export const XFS = 0x58465342, BTRFS = 0x9123683e, F2FS = 0xf2f52010, TMPFS = 0x01021994;

/**
 * File systems whose `sync_fs` writes all changes to the disk and waits. FUSE does nothing, a
 * network file system's server may be out of reach, and overlayfs depends on an unknown file system
 * below.
 */
const SYNCFS: ReadonlySet<number> = new Set([EXT, XFS, BTRFS, F2FS, TMPFS]);

/** Whether `syncfs(2)` makes everything durable that was written to a file system of this type. */
export function syncfsIsDurable(type: number): boolean {
  return SYNCFS.has(type);
}

/**
 * File systems whose one journal keeps renames whole and in order, and tmpfs, which keeps nothing.
 *
 * Not btrfs: its log of a directory has the new name and not the removal of the old one. ext2, and
 * ext4 without its journal, keep no order at all: flushing more directories would not help.
 */
const RENAMES_AS_ONE: ReadonlySet<number> = new Set([EXT, XFS, TMPFS]);

/**
 * Whether flushing the directory of a new name makes all of the rename durable, and all earlier
 * renames, on a file system of this type.
 */
export function renamesAsOne(type: number): boolean {
  return RENAMES_AS_ONE.has(type);
}

/** Local too, though their `sync_fs` promises less: overlayfs (containers), ZFS and bcachefs. */
export const OVERLAYFS = 0x794c7630, ZFS = 0x2fc12fc1, BCACHEFS = 0xca451a4e;

const LOCAL: ReadonlySet<number> = new Set([...SYNCFS, OVERLAYFS, ZFS, BCACHEFS]);

/** Whether no other machine can change a file system of this type. */
export function isLocal(type: number): boolean {
  return LOCAL.has(type);
}

/**
 * Whether a kernel's `syncfs(2)` reports failed writes: since Linux 5.8. An older one answers 0.
 *
 * @param release Such as `6.1.0-18-amd64`.
 */
export function syncfsReportsErrors(release: string): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  return Number(major) > 5 || (Number(major) === 5 && Number(minor) >= 8);
}
