import { assert, assertEquals } from "@std/assert";
import {
  BCACHEFS,
  BTRFS,
  EXT,
  F2FS,
  isLocal,
  OVERLAYFS,
  syncfsIsDurable,
  syncfsReportsErrors,
  TMPFS,
  XFS,
  ZFS,
} from "../../src/fs/file_systems.ts";

/** `f_type` as Linux's include/uapi/linux/magic.h has it, or the file system's own source. */
const OTHERS = {
  FUSE: 0x65735546,
  NFS: 0x6969,
  CIFS: 0xff534d42,
  SMB2: 0xfe534d42,
  V9FS: 0x01021997,
  CEPH: 0x00c36400,
  OVERLAYFS,
  ZFS,
  BCACHEFS,
  ECRYPTFS: 0xf15f,
  UNHEARD_OF: 0x12345678,
};

Deno.test("syncfs is believed on file systems that are known to make all durable, and nowhere else", () => {
  for (const type of [EXT, XFS, BTRFS, F2FS, TMPFS]) assert(syncfsIsDurable(type));
  const believed = Object.entries(OTHERS).filter(([, type]) => syncfsIsDurable(type));
  assertEquals(believed, []);
});

Deno.test("a file system that other machines may change, or that is unknown, is not taken for local", () => {
  for (const type of [EXT, XFS, BTRFS, F2FS, TMPFS]) assert(isLocal(type));
  const local = Object.entries(OTHERS).flatMap(([name, type]) => isLocal(type) ? [name] : []);
  assertEquals(local, ["OVERLAYFS", "ZFS", "BCACHEFS"]);
});

Deno.test("syncfs is believed from the Linux on that tells when it has failed", () => {
  const told = ["5.8.0", "5.10.0-8-amd64", "6.1.0-18-amd64", "10.0"].map(syncfsReportsErrors);
  assertEquals(told, [true, true, true, true]);
  const untold = ["5.7.19", "4.18.0-553.el8_10.x86_64", "", "odd"].map(syncfsReportsErrors);
  assertEquals(untold, [false, false, false, false]);
});
