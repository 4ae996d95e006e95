/**
 * The space on the queue's file system.
 *
 * @module
 */

import { statfsSync } from "node:fs";

/** What this user may still write, and how large it is, in bytes; `null` if it does not say. */
export function diskSpace(dir: string): { free: number; total: number } | null {
  try {
    const { bavail, blocks, bsize } = statfsSync(dir);
    return { free: bavail * bsize, total: blocks * bsize };
  } catch {
    return null;
  }
}
