/**
 * What is remembered of the names in one state's directory: how many there are, and windows of
 * them. Events keep both up to date; a new scan mends what events missed.
 *
 * @module
 */

import { entryAt } from "../contents/entries.ts";
import { isJobName, type JobState } from "../format/names.ts";
import { pathIn, type Store } from "../store/store.ts";
import {
  comparePlaces,
  divisionOf,
  emptyTally,
  type KnownName,
  knownName,
  MOST_NAMES,
  type NameTally,
  scanNames,
  type Wanted,
} from "./name_scan.ts";

/** Some names, in order. */
export interface NameWindow {
  /** At most {@linkcode MOST_NAMES}. */
  readonly names: readonly KnownName[];
  /** Whether there are no more beyond them. */
  readonly isWhole: boolean;
}

/** A scan that takes no longer is nothing beside the page that it is for, in milliseconds. */
const QUICK = 5;

/** Longer scans take at most this share of the time. */
const SCANNING_SHARE = 1 / 30;

/** The least time between two counts, in milliseconds. */
const LEAST_BETWEEN = 900;

/** A new scan that takes no longer is waited for, in milliseconds; else the answer is the old. */
const SHORT = 100;

/** How many changes are kept before they are worked into a window. */
const MOST_CHANGES = 10_000;

/** How many windows are kept: the newest names, those of a division, and some further on. */
const MOST_WINDOWS = 4;

/** The coarsest clock of mtimes on a local disk, twice over, in milliseconds. */
const TICK = 20;

/** How often a directory's mtime is asked for where other machines may change it. */
const SHARED_LOOK = 2000;

/** When something was scanned, and whether anything has changed since. */
interface Scanned {
  isDirty: boolean;
  at: number;
  took: number;
}

interface Kept extends Scanned {
  wanted: Wanted;
  names: KnownName[];
  isWhole: boolean;
  /** Names that came or, if `true`, went since. */
  changes: Map<string, boolean>;
}

/** The names of one state. */
export class StateNames {
  readonly #store: Store;
  readonly #state: JobState;
  readonly #path: string;
  readonly #windows = new Map<string, Kept>();
  #tally = emptyTally();
  readonly #counted: Scanned = { isDirty: true, at: -Infinity, took: 0 };
  /** Whether a batch came or went since the count: what it holds only a scan says. */
  #isBatchDue = false;
  /** The changes since the scan under way began. */
  #changes: Map<string, boolean> | undefined;
  /** Whether a batch came or went since the scan under way began. */
  #hasBatchCome = false;
  #scanning: Promise<unknown> = Promise.resolve();
  #underWay = 0;
  #mtime = -1;
  #lookedAt = -Infinity;

  constructor(store: Store, state: JobState) {
    [this.#store, this.#state, this.#path] = [store, state, pathIn(store, state)];
  }

  /** How many names there are. */
  async tally(): Promise<NameTally> {
    await this.#renewed(this.#counted, () => this.#scan());
    return this.#tally;
  }

  /** Whether the names have been counted once. */
  get isCounted(): boolean {
    return this.#counted.at >= 0;
  }

  /** When they were counted, in milliseconds since 1970. */
  get countedAt(): number {
    return this.#counted.at;
  }

  /** When they will be counted again; `Infinity` while nothing changes. */
  get nextCount(): number {
    return this.#counted.isDirty ? this.#nextScan(this.#counted) : this.#tally.nextDue;
  }

  /** The first names that are wanted. */
  async window(wanted: Wanted): Promise<NameWindow> {
    const { after } = wanted;
    const key = keyOf(wanted);
    let kept = this.#windows.get(key);
    if (kept && after && !holds(kept, after)) kept = undefined;
    if (kept) await this.#renewed(kept, () => this.#scan(key, kept!.wanted));
    else await this.#scan(key, wanted);
    const window = this.#windows.get(key)!;
    this.#windows.delete(key);
    this.#windows.set(key, window);
    this.#apply(window);
    return window;
  }

  /** Whether {@linkcode StateNames.window} would answer at once. */
  knows(wanted: Wanted): boolean {
    const kept = this.#windows.get(keyOf(wanted));
    return kept !== undefined && (!wanted.after || holds(kept, wanted.after));
  }

  /** Hears of a name that came or went. */
  hear(name: string, removed: boolean): void {
    this.changed();
    // A batch, or no job.
    if (!isJobName(name)) return this.#expectBatch();
    const step = removed ? -1 : 1;
    const tally = this.#tally;
    tally.total = Math.max(0, tally.total + step);
    const division = this.#state === "pending" ? divisionOf(name, this.#store.now()) : undefined;
    if (division) tally[division] = Math.max(0, tally[division] + step);
    if (division === "delayed" && !removed) {
      tally.nextDue = Math.min(tally.nextDue, entryAt("pending", name).time);
    }
    this.#changes?.set(name, removed);
    for (const kept of this.#windows.values()) {
      kept.changes.set(name, removed);
      if (kept.changes.size >= MOST_CHANGES) this.#apply(kept);
    }
  }

  /** Hears that something may have changed. */
  changed(): void {
    this.#counted.isDirty = true;
    for (const kept of this.#windows.values()) kept.isDirty = true;
  }

  #expectBatch(): void {
    this.#hasBatchCome = true;
    this.#isBatchDue = true;
  }

  /** Hears that a job was claimed: of one that lay in a batch no other event comes. */
  claimed(): void {
    if (this.#tally.inBatches) this.changed();
  }

  /** Nobody has watched for a while: whether all is as it was, the mtime says. */
  resume(): void {
    if (this.#tally.inBatches || this.#store.files.stat(this.#path)?.mtime !== this.#mtime) {
      this.#windows.clear();
      this.#counted.at = -Infinity;
      this.changed();
    }
  }

  /** Scans again if that is due; a long scan goes on in the background. */
  async #renewed(scanned: Scanned, scan: () => Promise<void>): Promise<void> {
    const now = this.#store.now();
    if (now >= this.#tally.nextDue) this.changed();
    this.#lookAtMtime(now);
    if (!scanned.isDirty || now < this.#nextScan(scanned) || this.#underWay > 0) {
      if (scanned.at < 0) await this.#scanning;
      if (scanned.at >= 0) return;
    }
    const renewed = scan();
    if (scanned.took <= SHORT) await renewed;
    else renewed.catch(() => {});
  }

  /** When something that has changed is scanned again. */
  #nextScan(scanned: Scanned): number {
    const { at, took } = scanned;
    const least = scanned === this.#counted && !this.#isBatchDue ? LEAST_BETWEEN : 0;
    return at + Math.max(least, took <= QUICK ? 0 : took / SCANNING_SHARE);
  }

  /**
   * Events come late: of a job that has just got another name only the end of the old one may have
   * been heard. Where other machines change the queue none comes.
   */
  #lookAtMtime(now: number): void {
    const { files } = this.#store;
    if (now < this.#lookedAt + SHARED_LOOK && !files.isLocal(this.#path)) return;
    this.#lookedAt = now;
    if (files.stat(this.#path, "fresh")?.mtime !== this.#mtime) this.changed();
  }

  /** Works the changes since the last scan into a window. */
  #apply(kept: Kept): void {
    const { changes, wanted: { order, after, division } } = kept;
    if (changes.size === 0) return;
    kept.changes = new Map();
    const sign = order === "asc" ? 1 : -1;
    const last = kept.isWhole ? undefined : kept.names.at(-1);
    const names = kept.names.filter(({ path }) => !changes.has(path));
    for (const [name, removed] of changes) {
      if (removed || (division && divisionOf(name, this.#store.now()) !== division)) continue;
      const known = knownName(this.#store, this.#state, name);
      if (after && sign * comparePlaces(known, after) <= 0) continue;
      if (!last || sign * comparePlaces(known, last) < 0) names.push(known);
    }
    kept.names = names.sort((a, b) => sign * comparePlaces(a, b));
    if (names.length > MOST_NAMES) [names.length, kept.isWhole] = [MOST_NAMES, false];
  }

  #scan(key?: string, wanted?: Wanted): Promise<void> {
    this.#underWay++;
    const scanned = this.#scanning.then(() => this.#scanNow(key, wanted))
      .finally(() => this.#underWay--);
    this.#scanning = scanned.catch(() => {});
    return scanned;
  }

  async #scanNow(key?: string, wanted?: Wanted): Promise<void> {
    const begun = performance.now();
    const { now, files } = this.#store;
    const mtime = files.stat(this.#path)?.mtime ?? -1;
    // What changes in the same tick leaves the same mtime.
    this.#mtime = mtime + TICK < now() ? mtime : -1;
    const changes = this.#changes = new Map<string, boolean>();
    this.#counted.isDirty = this.#isBatchDue = this.#hasBatchCome = false;
    try {
      const { tally, names, isWhole } = await scanNames(this.#store, this.#state, wanted);
      const took = performance.now() - begun;
      this.#tally = tally;
      [this.#counted.at, this.#counted.took] = [now(), took];
      if (key === undefined || !wanted) return;
      const isDirty = this.#hasBatchCome || changes.size > 0;
      this.#windows.set(key, { wanted, names, isWhole, changes, isDirty, at: now(), took });
      const [oldest] = this.#windows.keys();
      if (this.#windows.size > MOST_WINDOWS) this.#windows.delete(oldest!);
    } catch (error) {
      this.#counted.isDirty = true;
      throw error;
    } finally {
      this.#changes = undefined;
    }
  }
}

/** Windows that differ in this are kept side by side. */
function keyOf({ order, division, after }: Wanted): string {
  return `${order} ${division} ${after !== undefined}`;
}

/** Whether a window that begins somewhere goes on beyond a place. */
function holds({ wanted, names, isWhole }: Kept, place: NonNullable<Wanted["after"]>): boolean {
  const sign = wanted.order === "asc" ? 1 : -1;
  const last = names.at(-1);
  return sign * comparePlaces(wanted.after!, place) <= 0 &&
    (isWhole || (last !== undefined && sign * comparePlaces(place, last) < 0));
}
