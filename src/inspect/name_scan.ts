/**
 * Scanning a directory of jobs by name, in slices: how many there are, and the next few thousand in
 * the order that they were made. A million names take a second or two, and little memory.
 *
 * @module
 */

import { type Entry, entryAt, jobPaths, nameOf, standalone } from "../contents/entries.ts";
import { idsFrom, isUlid, timeOfId } from "../format/ids.ts";
import {
  AFTER_TIME,
  type Division,
  FIRST_USUAL_STAMP,
  formatStamp,
  HELD_TIME,
  idInName,
  isWaitingName,
  type JobState,
} from "../format/names.ts";
import { pathIn, type Store } from "../store/store.ts";

/** Where a job stands in the order that jobs were made. */
export interface Place {
  /** Milliseconds since 1970: by its ULID, else about when it was last moved. */
  made: number;
  /** Its ID. */
  id: string;
}

/** A job that is known by name. */
export interface KnownName extends Place {
  /** Its path below the directory of its state. */
  path: string;
  /** Of a running job, which may lie in tmp/: all that its name says. */
  entry?: Entry;
}

/** How many names a scan found. */
export interface NameTally {
  /** All of them. */
  total: number;
  /** Those of each division; in other directories than pending/ 0. */
  delayed: number;
  held: number;
  waiting: number;
  /** The name of the job that has been ready for longest; {@linkcode NONE} if none is. */
  oldestName: string;
  /** When the next delayed job is due, in milliseconds since 1970. */
  nextDue: number;
  /** Whether some lie in batches, whose changes cause no event. */
  inBatches: boolean;
}

/** Which names to collect. */
export interface Wanted {
  /** Whether the newest or the oldest come first. */
  order: "asc" | "desc";
  /** Only those that come after this one. */
  after?: Place;
  /** Only jobs of this division. */
  division?: Division;
}

/** The most names that a window holds. */
export const MOST_NAMES = 20_000;

/** How long to scan before other work has a turn, in milliseconds. */
const SLICE = 8;

/** Gives other work a turn whenever a slice of time is over. */
export class Slices {
  #begun = performance.now();

  /** Whether it is time for a {@linkcode Slices.turn}. */
  get isOver(): boolean {
    return performance.now() - this.#begun >= SLICE;
  }

  /** Lets other work have its turn. */
  async turn(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#begun = performance.now();
  }
}

/** Which of two jobs comes first where the newest come last; 0 if they are one. */
export function comparePlaces(one: Place, other: Place): number {
  return one.made - other.made || (one.id < other.id ? -1 : one.id > other.id ? 1 : 0);
}

/** The division of a job in pending/ by its name; `undefined` if it is ready. */
export function divisionOf(name: string, now: number): Division | undefined {
  if (now !== stamped.time) stamped = { time: now, stamp: formatStamp(now) };
  if (name < stamped.stamp || !isWaitingName(name)) return undefined;
  return name >= AFTER ? "waiting" : name >= HELD ? "held" : "delayed";
}

const AFTER = formatStamp(AFTER_TIME), HELD = formatStamp(HELD_TIME);

/** The last stamp made: many names are compared with one time. */
let stamped = { time: NaN, stamp: "" };

/** The place of a job that lies at a path; needs a look at the file unless its ID is a ULID. */
export function knownName(store: Store, state: JobState, path: string): KnownName {
  const own = standalone(path);
  const name = nameOf(own);
  const id = standalone(idInName(name));
  let made = timeOfId(id);
  if (made === undefined) {
    const { time } = entryAt(state, own);
    // A stamp ahead says nothing of when the job was made.
    if (time > 0 && time <= store.now()) made = time;
    made ??= store.files.stat(pathIn(store, state, own))?.mtime ?? 0;
  }
  return { made, id, path: own };
}

/**
 * Scans the directory of a state.
 *
 * @param wanted Which names to collect; none if missing.
 * @returns How many there are, and at most {@linkcode MOST_NAMES} names, the first first.
 */
export async function scanNames(
  store: Store,
  state: JobState,
  wanted?: Wanted,
): Promise<{ tally: NameTally; names: KnownName[]; isWhole: boolean }> {
  const tally = emptyTally();
  if (!wanted && state !== "pending" && store.files.countNames) {
    tally.total = store.files.countNames(pathIn(store, state), ".json");
    return { tally, names: [], isWhole: false };
  }
  const now = store.now();
  const collected = wanted && new FirstNames(wanted);
  const slices = new Slices();
  let looked = 0;
  for (const path of jobPaths(store, state)) {
    // Asking the clock is not free either.
    if (++looked % 128 === 0 && slices.isOver) await slices.turn();
    const division = state === "pending" ? countName(tally, path, now) : undefined;
    tally.total++;
    if (!collected || (wanted.division && division !== wanted.division)) continue;
    if (!collected.isBeyond(idInName(nameOf(path)))) collected.add(knownName(store, state, path));
  }
  return { tally, ...(collected?.result() ?? { names: [], isWhole: false }) };
}

/** After every name that begins with a stamp. */
export const NONE = ":";

/** Nothing counted yet. */
export function emptyTally(): NameTally {
  return {
    total: 0,
    delayed: 0,
    held: 0,
    waiting: 0,
    nextDue: Infinity,
    inBatches: false,
    oldestName: NONE,
  };
}

function countName(tally: NameTally, path: string, now: number): Division | undefined {
  if (path.includes("/")) tally.inBatches = true;
  const name = nameOf(path);
  const division = divisionOf(name, now);
  if (division === undefined) {
    const isOlder = name < tally.oldestName && name >= FIRST_USUAL_STAMP;
    if (isOlder && isWaitingName(name)) tally.oldestName = name;
    return undefined;
  }
  tally[division]++;
  if (division === "delayed") {
    tally.nextDue = Math.min(tally.nextDue, entryAt("pending", path).time);
  }
  return division;
}

/** Collects the first names of an order, with a few times their number in memory. */
class FirstNames {
  readonly #wanted: Wanted;
  readonly #sign: number;
  #names: KnownName[] = [];
  #isCut = false;
  /** ULIDs below the first or from the second on are beyond what is wanted. */
  #low = "";
  #high = "";

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
    this.#sign = wanted.order === "asc" ? 1 : -1;
    if (wanted.after) this.#narrow(wanted.after, wanted.order === "desc");
  }

  /** Whether an ID is a ULID that cannot be wanted; cheap, for a million names. */
  isBeyond(id: string): boolean {
    const isOut = id < this.#low || (this.#high !== "" && id >= this.#high);
    if (!isOut || !isUlid(id)) return false;
    this.#isCut ||= this.#names.length >= MOST_NAMES;
    return true;
  }

  add(name: KnownName): void {
    const { after } = this.#wanted;
    if (after && this.#sign * comparePlaces(name, after) <= 0) return;
    this.#names.push(name);
    if (this.#names.length >= 2 * MOST_NAMES) this.#cut();
  }

  result(): { names: KnownName[]; isWhole: boolean } {
    this.#cut();
    return { names: this.#names, isWhole: !this.#isCut };
  }

  #cut(): void {
    this.#names.sort((a, b) => this.#sign * comparePlaces(a, b));
    if (this.#names.length <= MOST_NAMES) return;
    this.#isCut = true;
    this.#names.length = MOST_NAMES;
    this.#narrow(this.#names.at(-1)!, this.#wanted.order === "asc");
  }

  /** Nothing newer than a place is wanted, or nothing older. */
  #narrow({ made }: Place, isUpper: boolean): void {
    if (isUpper) this.#high = idsFrom(made + 1);
    else this.#low = idsFrom(made);
  }
}
