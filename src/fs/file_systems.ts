/**
 * What kinds of file systems can be believed in what. The kind is `f_type` of statfs(2), a number that each
 * has in Linux's include/uapi/linux/magic.h; one that is not here is believed in nothing.
 *
 * @module
 */

/** ext2, ext3 and ext4 have one number. */
export const EXT = 0xef53;
export const XFS = 0x58465342, BTRFS = 0x9123683e, F2FS = 0xf2f52010, TMPFS = 0x01021994;

/**
 * File systems whose `sync_fs` writes all that was changed to the disk and waits for it. In FUSE's the kernel
 * answers 0 and asks nobody; NFS, CIFS, 9p and Ceph have servers that it may not reach; overlayfs is as good as what
 * lies below, which it does not tell.
 */
const SYNCFS: ReadonlySet<number> = new Set([EXT, XFS, BTRFS, F2FS, TMPFS]);

/** Whether `syncfs(2)` on a file system of this kind makes everything durable that was written there. */
export function keepsSyncfs(type: number): boolean {
  return SYNCFS.has(type);
}

/**
 * File systems with one journal, in which a rename is one entry and none reaches the disk before an earlier one; and
 * one that keeps nothing. btrfs flushes a directory in a log of its own, which has the new name and not that the old
 * one has gone. (ext4 without its journal, and ext2, have the same number and keep no order at all: no flush of more
 * directories would help.)
 */
const RENAMES_AS_ONE: ReadonlySet<number> = new Set([EXT, XFS, TMPFS]);

/**
 * Whether on a file system of this kind the flush of the directory that a rename leads to makes all of the rename
 * durable, and all renames before it.
 */
export function renamesAsOne(type: number): boolean {
  return RENAMES_AS_ONE.has(type);
}

/**
 * Whether a kernel's `syncfs(2)` tells that writing has failed: since Linux 5.8; before that it answers 0 all the
 * same.
 *
 * @param release Such as `6.1.0-18-amd64`.
 */
export function tellsOfSyncfs(release: string): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  return Number(major) > 5 || (Number(major) === 5 && Number(minor) >= 8);
}
