/**
 * What the kernel says of the mount that a directory lies on, in /proc/self/mountinfo.
 *
 * @module
 */

import type { WriteFault } from "./file_port.ts";
import { BCACHEFS, BTRFS, EXT, F2FS, OVERLAYFS, TMPFS, XFS, ZFS } from "./file_systems.ts";
import { outputOf, readProc } from "./proc.ts";

/** A mounted file system. */
export interface Mount {
  /** Such as `ext4`, `nfs4` or `fuse.sshfs`. */
  readonly type: string;
  /** The directory that it is mounted on. */
  readonly point: string;
  /** What is mounted: a device, or `server:/path`. */
  readonly source: string;
  /** The options of the mount and of the file system, such as `local_lock=none`. */
  readonly options: readonly string[];
}

/** Undoes the kernel's `\040` for a space, and so on. */
function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(parseInt(octal, 8)));
}

/** The mounts of a mountinfo: of two on one directory the later covers the earlier. */
export function parseMounts(text: string): Mount[] {
  return text.split("\n").flatMap((line) => {
    const [own = "", system = ""] = line.split(" - ");
    const [, , , , point, options] = own.split(" ");
    const [type, source, more] = system.split(" ");
    if (!point || !options || !type) return [];
    return [{
      type,
      point: unescaped(point),
      source: unescaped(source ?? ""),
      options: [...options.split(","), ...more?.split(",") ?? []],
    }];
  });
}

/** The mount of some that a directory lies on. */
export function findMount(mounts: readonly Mount[], directory: string): Mount | undefined {
  const covers = ({ point }: Mount) =>
    point === "/" || directory === point || directory.startsWith(`${point}/`);
  let found: Mount | undefined;
  for (const mount of mounts.filter(covers)) {
    if (found === undefined || mount.point.length >= found.point.length) found = mount;
  }
  return found;
}

/** The file systems that this project knows, by the name and the number that the kernel gives. */
const NUMBERS: Readonly<Record<string, number>> = {
  ext2: EXT,
  ext3: EXT,
  ext4: EXT,
  xfs: XFS,
  btrfs: BTRFS,
  f2fs: F2FS,
  tmpfs: TMPFS,
  overlay: OVERLAYFS,
  zfs: ZFS,
  bcachefs: BCACHEFS,
};

/** The type of the file system of a directory, as file_systems.ts has it, without statfs(2). */
export function mountedType(directory: string): number | undefined {
  try {
    return NUMBERS[mountOf(directory)?.type ?? ""];
  } catch {
    // The directory is missing.
    return undefined;
  }
}

/** The mount that a directory lies on; `undefined` if the system does not say. */
export function mountOf(directory: string): Mount | undefined {
  const text = readProc("self", "mountinfo");
  return text === undefined
    ? undefined
    : findMount(parseMounts(text), Deno.realPathSync(directory));
}

/** Why nothing can be written to a directory, as test(1) and its mount say. */
export function testWriteFault(directory: string): WriteFault | undefined {
  const script = '[ ! -e "$0" ] || { [ -w "$0" ] && [ -x "$0" ]; }';
  if (outputOf("/bin/sh", "-c", script, directory)) return undefined;
  if (mountOf(directory)?.options.includes("ro")) return "read-only";
  const { mode, uid } = Deno.statSync(directory);
  const isGranted = uid === Deno.uid() ? (mode! & 0o300) === 0o300 : Deno.uid() === 0;
  return isGranted ? "immutable" : "no permission";
}
