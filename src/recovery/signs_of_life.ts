/**
 * Signs of life. Where machines share a file system a worker changes the mtime of its presence file
 * once a second. Whoever could take the lock of another machine's worker leaves its jobs alone
 * until the signs have stopped: where locks do not reach other machines (NFS with `nolock`, Lustre
 * with `localflock`, sshfs) the lock of every one of their workers seems free.
 *
 * Only changes count, by this machine's monotonic clock: no two clocks are ever compared. A worker
 * of version 0.1 gives no signs, so its lock alone decides, a moment later.
 *
 * @module
 */

import { livesOn, lockDeadWorker, presenceStat } from "../contents/presence.ts";
import { hostOf, isEditor } from "../format/worker_names.ts";
import type { Store } from "../store/store.ts";

/** Signs that have not moved for so long have stopped, in milliseconds: two, and some delay. */
export const SILENT_AFTER = 2500;

/** After so long without a sign the lock is tried, in milliseconds. */
const LATE_AFTER = 1500;

/** How long to leave a dead worker to a live one of its own machine, in milliseconds. */
const FIRST_CHANCE = 2000;

/** How often to look for a sign of a worker whose lock is free, in milliseconds. */
const LOOK_EVERY = 500;

/** How often to try the lock of a worker that gives no more signs, in milliseconds. */
const TRY_EVERY = 300;

/** How long to do so, in milliseconds: by then every known engine but MooseFS has let it go. */
const TRY_FOR = 150_000;

/**
 * So many signs, given while a lock was free, show that locks do not reach here: with each a worker
 * takes its lock anew.
 */
const ENOUGH_SIGNS = 2;

/** How many others each worker watches all the time. */
const NEIGHBOURS = 3;

/** How long a worker that was there first waits for the other to leave, in milliseconds. */
const ELDER_PATIENCE = 15_000;

/** How long to wait until all is known, in milliseconds. */
const MOST_PATIENCE = 10_000;

/** A worker of another machine, as it was seen. Times are of the monotonic clock. */
interface Watched {
  /** Which file, and its mtime. */
  mark: string;
  /** When that was first seen to be so. */
  since: number;
  /** Whether it has given a sign since it was first seen. */
  moved: boolean;
  /** Whether it was there before the one who watches. */
  isElder: boolean;
  /** Since when its lock is seen to be free, and how many signs it has given meanwhile. */
  free?: { since: number; signs: number };
  /** The sign after which its lock was first seen to be held. */
  held?: string;
}

/** Watches the signs of workers of other machines. */
export class SignsOfLife {
  readonly #store: Store;
  readonly #self: string;
  readonly #host: string;
  readonly #most: number;
  readonly #steady: () => number;
  readonly #watched = new Map<string, Watched>();
  #looks = 0;
  /** Whether the last look was at a worker of this machine. */
  #hasNear = false;
  /** Whether another machine's live worker was seen to hold its lock. */
  #reaches = false;
  /** A worker that lives though its lock is free: locks do not reach other machines here. */
  #apart: string | undefined;

  /**
   * @param self The name of the presence of the one who watches.
   * @param steady The monotonic clock, in milliseconds.
   * @param most How many workers of other machines to watch: see {@linkcode nextInRing}.
   */
  constructor(
    store: Store,
    self: string,
    steady: () => number = () => performance.now(),
    most: number = Infinity,
  ) {
    [this.#store, this.#self, this.#host] = [store, self, hostOf(self)];
    [this.#most, this.#steady] = [most, steady];
  }

  /** A worker that lives though this machine could take its lock; `undefined` if none was seen. */
  get apart(): string | undefined {
    return this.#apart;
  }

  /** Whether it takes time to see if some worker, whose lock is free, is dead. */
  get isUndecided(): boolean {
    const now = this.#steady();
    return this.#apart === undefined &&
      this.#watched.values().some((seen) => seen.free !== undefined && !isSilent(seen, now));
  }

  /** How long until another look can tell more, in milliseconds; `undefined` if none needs one. */
  get nextLook(): number | undefined {
    const now = this.#steady();
    const waits = [...this.#watched.values()].flatMap((seen) => {
      const { free, since, moved } = seen;
      if (free) {
        const left = Math.max(since + SILENT_AFTER, free.since + FIRST_CHANCE) - now;
        return left > 0 ? [Math.min(left, LOOK_EVERY)] : [];
      }
      // What has never given a sign is looked at by polls alone.
      const isLate = moved && now - since >= LATE_AFTER && now - since < TRY_FOR;
      return isLate ? [TRY_EVERY] : [];
    });
    return waits.length === 0 ? undefined : Math.min(...waits);
  }

  /**
   * Whether the workers that follow this one by name have given a sign lately: so each is watched,
   * and nobody watches hundreds. Those of this machine give none that counts.
   */
  neighboursMove(): boolean {
    if (this.#hasNear) return false;
    const now = this.#steady();
    const names = [...this.#watched.keys()].sort();
    const next = names.filter((worker) => worker > this.#self);
    return [...next, ...names].slice(0, NEIGHBOURS).every((worker) => {
      const seen = this.#see(worker);
      return seen !== undefined && seen.moved && !seen.free && now - seen.since < LATE_AFTER;
    });
  }

  /** Whether the lock of a worker without signs is free: cheaper than a look at all workers. */
  hasFreed(): boolean {
    const now = this.#steady();
    for (const [worker, seen] of this.#watched) {
      if (seen.free) return true;
      if (now - seen.since >= LATE_AFTER && this.#isFree(worker)) return true;
    }
    return false;
  }

  /**
   * Looks at the signs of workers.
   *
   * @param workers All that have a presence file, but for the one who watches.
   * @returns Those that may be recovered: their lock may be free, and nothing says that they live.
   */
  look(workers: readonly string[]): string[] {
    const { files, dir } = this.#store;
    const near = workers.filter((worker) => hostOf(worker) === this.#host);
    this.#hasNear = near.length > 0;
    if (near.length === workers.length) {
      this.#watched.clear();
      this.#looks++;
      return near;
    }
    if (files.isLocal(dir)) return [...workers];
    const others = workers.filter((worker) => hostOf(worker) !== this.#host);
    const watched = new Set(nextInRing(this.#self, others, this.#most));
    for (const worker of this.#watched.keys()) {
      if (!watched.has(worker)) this.#watched.delete(worker);
    }
    const far = [...watched].filter((worker) => this.#mayBeDead(worker, workers));
    this.#looks++;
    return [...near, ...far];
  }

  /** {@linkcode look}, until it is known of each worker, or for 10 seconds. */
  async lookWell(workers: () => readonly string[]): Promise<string[]> {
    const end = this.#steady() + MOST_PATIENCE;
    for (;;) {
      const found = this.look(workers());
      const wait = this.nextLook;
      if (wait === undefined || !this.isUndecided || this.#steady() >= end) return found;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  /** Whether a worker, whose lock is now held by the caller, has given no sign since the look. */
  isStill(worker: string): boolean {
    const before = this.#watched.get(worker)?.mark;
    return before === undefined || this.#see(worker)?.mark === before;
  }

  /** Looks for a sign of a worker; `undefined` if it has no presence any more. */
  #see(worker: string): Watched | undefined {
    const stat = presenceStat(this.#store, worker);
    if (!stat) return undefined;
    const [mark, since] = [`${stat.identity} ${stat.mtime}`, this.#steady()];
    let seen = this.#watched.get(worker);
    if (!seen) {
      seen = { mark, since, moved: false, isElder: this.#looks === 0 };
      this.#watched.set(worker, seen);
    } else if (seen.mark !== mark) {
      Object.assign(seen, { mark, since, moved: true });
      if (seen.free) seen.free.signs++;
    }
    return seen;
  }

  #isFree(worker: string): boolean {
    const lock = lockDeadWorker(this.#store, worker);
    lock?.release();
    return lock !== undefined;
  }

  #mayBeDead(worker: string, workers: readonly string[]): boolean {
    const seen = this.#see(worker);
    if (!seen) return false;
    const now = this.#steady();
    const isLate = now - seen.since >= LATE_AFTER;
    if (!isLate && !seen.free && this.#reaches) return false;
    if (!this.#isFree(worker)) {
      seen.free = undefined;
      // Not at the first time: another program here may have held it, to try it.
      if (seen.held !== undefined && seen.held !== seen.mark) this.#reaches = true;
      seen.held ??= seen.mark;
      return false;
    }
    const free = seen.free ??= { since: now, signs: 0 };
    seen.held = undefined;
    if (!isSilent(seen, now)) {
      this.#judge(worker, seen, now);
      return false;
    }
    const isWaiting = now - free.since < FIRST_CHANCE &&
      livesOn(this.#store, hostOf(worker), workers);
    return !isWaiting;
  }

  /** Finds that locks do not reach here. Of two workers the one that came later leaves first. */
  #judge(worker: string, { free, isElder }: Watched, now: number): void {
    if (this.#reaches || isEditor(worker) || free!.signs < ENOUGH_SIGNS) return;
    const patience = isElder ? SILENT_AFTER : ELDER_PATIENCE;
    if (now - free!.since >= patience) this.#apart = worker;
  }
}

function isSilent({ since }: Watched, now: number): boolean {
  return now - since >= SILENT_AFTER;
}

/**
 * Those of many workers that one watches: in the order of names, those that come next, after the
 * last one the first. So each dead one is seen by several, and the work of all does not grow with
 * the square of their number. Once some are recovered the next move up.
 */
export function nextInRing(self: string, others: readonly string[], most: number): string[] {
  if (others.length <= most) return [...others];
  const ring = others.toSorted();
  const first = Math.max(0, ring.findIndex((name) => name > self));
  return [...ring.slice(first), ...ring.slice(0, first)].slice(0, most);
}
