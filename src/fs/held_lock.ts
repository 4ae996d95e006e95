/**
 * A lock of the runtime's: `flock(2)` on a file that stays open.
 *
 * @module
 */

import type { FileLock } from "./file_port.ts";
import { isStale } from "./stale.ts";

/** Device and inode. */
export function identityOf(info: Deno.FileInfo): string {
  return `${info.dev}:${info.ino}`;
}

/** A lock, held by the open file. */
export class HeldLock implements FileLock {
  #file: Deno.FsFile | undefined;
  #identity: string | undefined;

  /** @param file The locked file; it is closed with the lock. */
  constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  get identity(): string {
    try {
      return this.#identity ??= identityOf(this.#file!.statSync());
    } catch (error) {
      if (isStale(error)) return "removed";
      throw error;
    }
  }

  renew(time: number): boolean {
    if (!this.#file?.tryLockSync(true)) return false;
    const date = new Date(time);
    this.#file.utimeSync(date, date);
    return true;
  }

  release(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}
