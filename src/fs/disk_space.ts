/**
 * The space on a file system.
 *
 * @module
 */

import { libc } from "./libc.ts";
import { fileSystemOf } from "./libc_files.ts";
import { outputOf } from "./proc.ts";

/** How much space a file system has, in bytes. */
export interface DiskSpace {
  /** What this user may still write. */
  free: number;
  /** Its size. */
  total: number;
}

/**
 * The space on the file system of a directory; `null` if the system does not say. The runtime would
 * ask for one more permission.
 */
export function diskSpace(directory: string): DiskSpace | null {
  const c = libc();
  if (!c) return spaceByDf(directory);
  const system = fileSystemOf(c, directory);
  return system ? { free: system.free, total: system.total } : null;
}

/** The sizes in KiB that df(1) prints in its second line, behind the name of the device. */
const SIZES = /^\S.* (\d+) +\d+ +(-?\d+) +\d+% /;

function spaceByDf(directory: string): DiskSpace | null {
  const output = outputOf("df", "-Pk", directory);
  const [, total, free] = SIZES.exec(new TextDecoder().decode(output).split("\n")[1] ?? "") ?? [];
  return total === undefined ? null : { free: Number(free) * 1024, total: Number(total) * 1024 };
}
