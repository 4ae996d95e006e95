/**
 * Who has locked which inode, and who waits for it: `flock` on open file descriptions.
 *
 * @module
 */

/** One who holds a lock or waits for it: one opening of a file by one process. */
export interface LockHolder {
  /** The name of the process. */
  readonly process: string;
}

interface Waiter {
  holder: LockHolder;
  granted: () => void;
  refused: (error: Error) => void;
}

/** The locks of a disk. They are gone after a power cut. */
export class LockTable {
  readonly #holders: Map<number, LockHolder>;
  readonly #waiters = new Map<number, Waiter[]>();

  /** @param holders Who holds what, by inode; taken over, not copied. */
  constructor(holders: Map<number, LockHolder> = new Map()) {
    this.#holders = holders;
  }

  /** The same locks, held by others of the same names. Those that wait are not copied. */
  clone(): LockTable {
    return new LockTable(
      new Map([...this.#holders].map(([inode, { process }]) => [inode, { process }])),
    );
  }

  /** Who has locked an inode, if anyone. */
  holderOf(inode: number): LockHolder | undefined {
    return this.#holders.get(inode);
  }

  /** Locks an inode if it is free. */
  take(inode: number, holder: LockHolder): boolean {
    if (this.#holders.has(inode)) return false;
    this.#holders.set(inode, holder);
    return true;
  }

  /**
   * Locks an inode at once if it is free, and returns `undefined`. If not, the promise resolves
   * when this holder has it, after those that wait already.
   */
  await(inode: number, holder: LockHolder): Promise<void> | undefined {
    if (this.take(inode, holder)) return undefined;
    return new Promise((granted, refused) => {
      const waiters = this.#waiters.get(inode) ?? [];
      waiters.push({ holder, granted, refused });
      this.#waiters.set(inode, waiters);
    });
  }

  /** Frees an inode if this holder has it, and gives it to the next that waits. */
  release(inode: number, holder: LockHolder): void {
    if (this.#holders.get(inode) !== holder) return;
    this.#holders.delete(inode);
    const next = this.#waiters.get(inode)?.shift();
    if (!next) return;
    this.#holders.set(inode, next.holder);
    next.granted();
  }

  /** Frees all that some hold, and ends their waiting with an error. */
  releaseAll(belongs: (holder: LockHolder) => boolean, error: Error): void {
    for (const waiters of this.#waiters.values()) {
      for (let at = waiters.length - 1; at >= 0; at--) {
        if (belongs(waiters[at]!.holder)) waiters.splice(at, 1)[0]!.refused(error);
      }
    }
    for (const [inode, holder] of [...this.#holders]) {
      if (belongs(holder)) this.release(inode, holder);
    }
  }
}
