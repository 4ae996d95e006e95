/**
 * The space on a file system.
 *
 * @module
 */

import { libc } from "./libc.ts";
import { fileSystemOf } from "./libc_files.ts";

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
  const system = c && fileSystemOf(c, directory);
  return system ? { free: system.free, total: system.total } : null;
}
