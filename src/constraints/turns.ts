/**
 * The turn of a resource, `limits/gpu.turn`: a file that is locked by the worker that is about to take several
 * places, of that resource or of several. While somebody has it nobody else takes a place of the resource.
 *
 * So two workers that each need two places never stand with one each; and a job that needs two does not wait for
 * ever behind a stream of jobs that need one: after a while its worker keeps the turn until enough places
 * have fallen free. Nothing else is held meanwhile, turns are taken in the order of names, and who holds places runs
 * a job that waits for nothing: so nobody waits in a circle.
 *
 * The kernel drops the lock of a worker that dies; the file that it leaves means nothing, and the next one who
 * takes a place removes it.
 *
 * @module
 */

import type { FileLock } from "../fs/file_port.ts";
import { type HeldPlace, lockPlace, releaseAll, takePlaces } from "./limits.ts";
import { type Need, needsSeveral } from "./needs.ts";
import { lockIfThere, pathIn, removeIfThere, type Store } from "../store/store.ts";

/** Turns that a worker has. */
export class Turns {
  readonly #store: Store;
  readonly #others: Turns | undefined;
  readonly #held = new Map<string, FileLock>();

  /** @param others Turns that the same worker has already, and that need not be taken again. */
  constructor(store: Store, others?: Turns) {
    this.#store = store;
    this.#others = others;
  }

  /** Whether the turn of a resource is among these. */
  has(resource: string): boolean {
    return this.#held.has(resource) || (this.#others?.has(resource) ?? false);
  }

  /**
   * Takes the turn of each resource, in their order, up to the first that another has.
   *
   * @returns The need that it stopped at; `undefined` if it has all.
   */
  take(needs: readonly Need[]): Need | undefined {
    for (const need of needs) {
      if (this.has(need.resource)) continue;
      const lock = lockPlace(this.#store, turnPath(this.#store, need.resource));
      if (!lock) return need;
      this.#held.set(need.resource, lock);
    }
  }

  /**
   * Lets others take their turns. Calling it again does nothing.
   *
   * @param declaredDead Whether this worker was recovered: a turn may be another's by now.
   */
  release(declaredDead = false): void {
    for (const [resource, lock] of this.#held) {
      try {
        // Before the lock is released: what has the name afterwards is another's.
        if (!declaredDead) removeIfThere(this.#store, turnPath(this.#store, resource));
      } catch {
        // Unlocked it means nothing.
      }
      lock.release();
    }
    this.#held.clear();
  }
}

function turnPath(store: Store, resource: string): string {
  return pathIn(store, "limits", `${resource}.turn`);
}

/** Whether another worker has the turn of a resource. A file that one left that died is removed. */
export function isAnothersTurn(store: Store, resource: string): boolean {
  const path = turnPath(store, resource);
  // Hardly ever is there one.
  if (!store.files.exists(path)) return false;
  const lock = lockIfThere(store, path);
  if (!lock) return store.files.exists(path);
  try {
    removeIfThere(store, path);
  } finally {
    lock.release();
  }
  return false;
}

/** Why a job did not get what it needs. */
export interface Shortage {
  /** What there is not enough of, of all that it needs. */
  short: Need;
  /** Whether that is because the last to have it died, and has yet to be recovered. */
  unrecovered: boolean;
}

/** How to ask for all that a job needs. */
export interface TakeOptions {
  /** The worker that asks; its presence file must be there. */
  self: string;
  /** Where to begin, and the most places to try, for a job that needs one place. */
  first: number;
  most: number;
  /** Turns that the worker has. */
  turns?: Turns;
}

/**
 * Takes all the places that a job needs, or none, and leaves nothing behind if it cannot.
 *
 * @param needs In the order of names, as `needsOf` gives them.
 */
export function takeNeeds(
  store: Store,
  needs: readonly Need[],
  { self, first, most, turns }: TakeOptions,
): HeldPlace[] | Shortage {
  const [only] = needs;
  if (only && !needsSeveral(needs)) {
    if (!turns?.has(only.resource) && isAnothersTurn(store, only.resource)) {
      return { short: only, unrecovered: false };
    }
    const places = takePlaces(store, only.resource, 1, self, first, most);
    return typeof places === "object"
      ? places
      : { short: only, unrecovered: places === "unrecovered" };
  }
  const own = new Turns(store, turns);
  const taken: HeldPlace[] = [];
  let isDone = false;
  try {
    const late = own.take(needs);
    if (late) return { short: late, unrecovered: false };
    for (const need of needs) {
      // All of them are tried, from the first on: nobody else takes several meanwhile.
      const places = takePlaces(store, need.resource, need.places, self, 0, Infinity);
      if (typeof places === "string") {
        return { short: need, unrecovered: places === "unrecovered" };
      }
      taken.push(...places);
    }
    isDone = true;
    return taken;
  } finally {
    if (!isDone) releaseAll(taken);
    own.release();
  }
}
