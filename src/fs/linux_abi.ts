/**
 * The numbers of Linux's C interface, for x86-64 and aarch64, with glibc and with musl: they are
 * part of no library that could be opened. tests/fs/linux_abi_test.ts has a compiler compare each
 * with the system's headers.
 *
 * @module
 */

/** Values of `errno` that callers handle. */
export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  EAGAIN: 11,
  EACCES: 13,
  EEXIST: 17,
  EINVAL: 22,
  EROFS: 30,
  ENOSYS: 38,
  ESTALE: 116,
} as const;

/** Flags of open(2) that differ between machines. */
export const FLAGS_BY_ARCH = {
  x86_64: { O_DIRECTORY: 0o200000, O_NOFOLLOW: 0o400000 },
  aarch64: { O_DIRECTORY: 0o40000, O_NOFOLLOW: 0o100000 },
} as const;

/** Whether the numbers of a machine are known: all of it is little-endian and of 64 bits. */
export function isKnownArch(arch: string): arch is keyof typeof FLAGS_BY_ARCH {
  return arch in FLAGS_BY_ARCH;
}

const { arch } = Deno.build;

/** Flags and values of the C library's headers; on an unknown machine nobody uses them. */
export const LIBC = {
  ...FLAGS_BY_ARCH[isKnownArch(arch) ? arch : "x86_64"],
  O_WRONLY: 1,
  O_CREAT: 0o100,
  O_EXCL: 0o200,
  O_APPEND: 0o2000,
  O_NONBLOCK: 0o4000,
  O_CLOEXEC: 0o2000000,
  AT_FDCWD: -100,
  AT_SYMLINK_NOFOLLOW: 0x100,
  X_OK: 1,
  W_OK: 2,
  WNOHANG: 1,
  SIGKILL: 9,
  POSIX_SPAWN_SETSIGDEF: 0x04,
  POSIX_SPAWN_SETSIGMASK: 0x08,
  POSIX_SPAWN_SETSID: 0x80,
  AF_UNIX: 1,
  SOCK_DGRAM: 2,
  SOCK_NONBLOCK: 0o4000,
  SOCK_CLOEXEC: 0o2000000,
  MSG_NOSIGNAL: 0x4000,
  IN_MODIFY: 0x2,
  IN_MOVED_FROM: 0x40,
  IN_MOVED_TO: 0x80,
  IN_CREATE: 0x100,
  IN_DELETE: 0x200,
  IN_ONLYDIR: 0x01000000,
  IN_CLOEXEC: 0o2000000,
  S_IFMT: 0o170000,
  S_IFREG: 0o100000,
  S_IFDIR: 0o040000,
  S_IFCHR: 0o020000,
  DT_UNKNOWN: 0,
  DT_DIR: 4,
  DT_REG: 8,
} as const;

/** Flags and values of the kernel's own headers. */
export const KERNEL = {
  AT_EMPTY_PATH: 0x1000,
  AT_STATX_FORCE_SYNC: 0x2000,
  STATX_BASIC_STATS: 0x7ff,
  RENAME_NOREPLACE: 1,
  RWF_NOWAIT: 8,
  /** Since Linux 5.1. */
  __NR_pidfd_send_signal: 424,
  /** Since Linux 5.3. */
  __NR_pidfd_open: 434,
} as const;

/** Where a `struct statx`, which is the kernel's, has its fields; times are 8 bytes, then 4. */
export const STATX = {
  stx_mask: 0,
  stx_nlink: 16,
  stx_uid: 20,
  stx_gid: 24,
  stx_mode: 28,
  stx_ino: 32,
  stx_size: 40,
  "stx_mtime.tv_sec": 112,
  "stx_mtime.tv_nsec": 120,
  stx_dev_major: 136,
  stx_dev_minor: 140,
} as const;

/** Where a `struct statfs` has its fields. */
export const STATFS = { f_type: 0, f_bsize: 8, f_blocks: 16, f_bavail: 32 } as const;

/** Where getdents64(2) puts the fields of an entry: as a `struct dirent` has them. */
export const DIRENT = { d_reclen: 16, d_type: 18, d_name: 19 } as const;

/** Where a `struct inotify_event` has its fields. */
export const INOTIFY_EVENT = { wd: 0, mask: 4, len: 12, name: 16 } as const;

/** Where a `struct sockaddr_un` has its fields. */
export const SOCKADDR_UN = { sun_family: 0, sun_path: 2 } as const;

/** Where a `struct utsname` has its third text. */
export const UTSNAME = { release: 130 } as const;

/** The memory given for each structure, in bytes: at least its size. */
export const ROOM = {
  "struct statx": 256,
  "struct statfs": 256,
  "struct utsname": 390,
  "posix_spawnattr_t": 1024,
  "posix_spawn_file_actions_t": 512,
  "sigset_t": 128,
} as const;
