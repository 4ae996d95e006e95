/**
 * Taking all the places that a job needs. The turn of a resource, `limits/gpu.turn`, is a file that
 * a worker locks before it takes several places, of that resource or of several. While one worker
 * has it no other takes a place of the resource.
 *
 * So two workers that each need two places never end up with one each. And a job that needs two
 * does not wait forever behind a stream of jobs that need one: after a while its worker keeps the
 * turn until enough places have fallen free. It holds nothing else meanwhile, turns are taken in
 * the order of names, and whoever holds places runs a job that waits for nothing: so no workers
 * wait in a circle.
 *
 * The kernel drops the lock of a worker that dies. The file that it leaves means nothing; whoever
 * takes a place next removes it.
 *
 * @module
 */

import type { FileLock } from "../fs/file_port.ts";
import { type HeldPlace, lockPlace, releaseAll, takePlaces } from "./limits.ts";
import { type Need, needsSeveral } from "./needs.ts";
import { lockIfThere, pathIn, removeIfThere, type Store } from "../store/store.ts";

/** The turns that a worker holds. */
export class Turns {
  readonly #store: Store;
  readonly #others: Turns | undefined;
  readonly #held = new Map<string, FileLock>();

  /** @param others Turns that the same worker already holds. */
  constructor(store: Store, others?: Turns) {
    this.#store = store;
    this.#others = others;
  }

  /** Whether the worker holds the turn of a resource. */
  has(resource: string): boolean {
    return this.#held.has(resource) || (this.#others?.has(resource) ?? false);
  }

  /**
   * Takes the turn of each resource, in order, up to the first that another holds.
   *
   * @returns The need that it stopped at; `undefined` if it took all.
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
   * Releases these turns. Calling it again does nothing.
   *
   * @param declaredDead Whether this worker was recovered: a turn may be another's by now.
   */
  release(declaredDead = false): void {
    for (const [resource, lock] of this.#held) {
      try {
        // Before the lock is released: afterwards the name may be another's.
        if (!declaredDead) removeIfThere(this.#store, turnPath(this.#store, resource));
      } catch {
        // An unlocked file means nothing.
      }
      lock.release();
    }
    this.#held.clear();
  }
}

function turnPath(store: Store, resource: string): string {
  return pathIn(store, "limits", `${resource}.turn`);
}

/** Whether another worker holds the turn of a resource. Removes the file that a dead one left. */
export function isAnothersTurn(store: Store, resource: string): boolean {
  const path = turnPath(store, resource);
  if (!store.files.exists(path)) return false;
  using lock = lockIfThere(store, path);
  if (!lock) return store.files.exists(path);
  removeIfThere(store, path);
  return false;
}

/** Why a job did not get what it needs. */
export interface Shortage {
  /** The need that could not be met. */
  short: Need;
  /** Whether the last holder of a place died, and has yet to be recovered. */
  unrecovered: boolean;
}

/** How {@linkcode takeNeeds} looks for places. */
export interface TakeOptions {
  /** The worker that asks; its presence file must be there. */
  self: string;
  /** Where to begin, for a job that needs one place. */
  first: number;
  /** How many places to try at most, for a job that needs one place. */
  most: number;
  /** The turns that the worker holds. */
  turns?: Turns;
}

/**
 * Takes all the places that a job needs, or none.
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
      // Tries all, from the first on: no other worker takes several meanwhile.
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
