/**
 * File systems that are known not to do what a queue needs where machines share it, by their type
 * and mount options. docs/machines.md names the documentation that says so.
 *
 * @module
 */

import type { Mount } from "./mounts.ts";

/** What is wrong with a mount, and what to do instead. */
export interface MountFault {
  /** What is wrong, as the end of "NAME …": `is mounted with nolock: …`. */
  readonly problem: string;
  /** What to mount how. */
  readonly advice: string;
}

/** What to use where a file system has nothing better. */
const ANOTHER = "put the queue on NFSv4, CephFS, Lustre with -o flock, or another file system " +
  "whose locks reach all machines";

/** Mounts of object stores: a rename there is a copy and a removal. */
const OBJECT_STORES = /^fuse\.(s3fs|gcsfuse|rclone|goofys|geesefs|blobfuse2?)$/;

const ALONE = "its locks do not reach other machines";

/** What is known to be wrong with a mount; `undefined` if nothing is. */
export function mountFault({ type, source, options }: Mount): MountFault | undefined {
  const given = options.find((option) => UNSHARED[type]?.includes(option));
  if (given !== undefined) {
    return {
      problem: `is ${type}, mounted with ${given}: ${ALONE}`,
      advice: ADVICE[type] ?? ANOTHER,
    };
  }
  if (OBJECT_STORES.test(type) || source === "mountpoint-s3") {
    const problem = `is a mount of an object store: its renames are not atomic, and ${ALONE}`;
    return { problem, advice: ANOTHER };
  }
  if (type === "fuse.sshfs") return { problem: `is sshfs: ${ALONE}`, advice: ANOTHER };
  if (type === "cifs" || type === "smb3") {
    const problem = "is SMB: a file that one machine has locked cannot be read by another";
    return { problem, advice: ANOTHER };
  }
}

/** Mount options, by type, with which locks stay on the machine that takes them. */
const UNSHARED: Readonly<Record<string, readonly string[]>> = {
  nfs: ["nolock", "local_lock=all", "local_lock=flock"],
  nfs4: ["nolock", "local_lock=all", "local_lock=flock"],
  lustre: ["localflock"],
  // QEMU grants every lock.
  "9p": ["trans=virtio"],
  cifs: ["nobrl"],
  smb3: ["nobrl"],
};

/** What to mount how instead. */
const ADVICE: Readonly<Record<string, string>> = {
  nfs: "mount it without nolock and local_lock, with rpc.statd running, or as NFSv4",
  nfs4: "mount it without local_lock",
  lustre: "mount it with -o flock",
};

/** What to mount how, where locks turn out not to reach other machines. */
export function lockAdvice(mount: Mount | undefined): string {
  return mount && (mountFault(mount)?.advice ?? ADVICE[mount.type]) || ANOTHER;
}

/**
 * For how many seconds engines keep the locks of a machine that is cut off, by default. A
 * configuration that is not seen from here can make it less.
 */
const KEPT_FOR: Readonly<Record<string, number>> = {
  nfs4: 90,
  "fuse.glusterfs": 42,
  ceph: 300,
  "fuse.ceph": 300,
  "fuse.ceph-fuse": 300,
  lustre: 150,
  "fuse.juicefs": 60,
};

/** For how many seconds the engine keeps the locks of a machine that is cut off, if known. */
export function locksKeptFor({ type }: Mount): number | undefined {
  return KEPT_FOR[type];
}
