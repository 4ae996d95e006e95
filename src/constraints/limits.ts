/**
 * How many jobs run at once over all workers and machines. A limit of N is N files that are locked, as many as it
 * needs by each job while it runs: `limits/concurrency.0` to `limits/concurrency.N-1`, and `limits/gpu.0` … for a
 * resource.
 * The kernel drops the lock of a worker that dies.
 *
 * A lock that fell free that way does not mean that the dead worker's command has ended. So a holder
 * writes its name beside its lock, `limits/gpu.0.holder`, and takes it away before it lets go: who finds the name of
 * a worker that still has a presence file leaves the lock alone, for whoever recovers that worker kills its
 * commands first and takes the presence file away last.
 *
 * @module
 */

import { type Config, resourceKey } from "../format/settings.ts";
import type { FileLock } from "../fs/file_port.ts";
import { lockIfThere, pathIn, removeIfThere, type Store } from "../store/store.ts";
import { hasPresence } from "../contents/presence.ts";

/** What limits jobs: `concurrency` all of them, any other name those that need that resource. */
export type LimitName = string;

/** A place within a limit, held until it is released or this process dies. */
export interface HeldPlace {
  /**
   * Lets the next one in. Calling it again does nothing.
   *
   * @param declaredDead Whether this worker was recovered: the place may be another's by now, and so the name.
   */
  release(declaredDead?: boolean): void;
}

/** What came of asking for a place: one, or why not. */
export type PlaceAnswer =
  | HeldPlace
  /** All are taken, or there are none. */
  | "full"
  /** The last to have one died, and has yet to be recovered. */
  | "unrecovered";

/** How many places a limit has; `Infinity` if it is not set and lets all in. */
export function placesOf(config: Config, limit: LimitName): number {
  return limit === "concurrency" ? config.concurrency ?? Infinity : config[resourceKey(limit)] ?? 0;
}

/**
 * Asks for a place within a limit.
 *
 * @param self The worker that asks; its presence file must be there.
 * @param first Where to begin, as a whole number from 0 up: those who begin elsewhere meet less.
 * @param most The most places to try.
 */
export function takePlace(
  store: Store,
  limit: LimitName,
  self: string,
  first: number,
  most: number,
): PlaceAnswer {
  const answer = takePlaces(store, limit, 1, self, first, most);
  return typeof answer === "string" ? answer : answer[0]!;
}

/** As {@linkcode takePlace}, for `count` places: all of them, or none. */
export function takePlaces(
  store: Store,
  limit: LimitName,
  count: number,
  self: string,
  first: number,
  most: number,
): HeldPlace[] | Exclude<PlaceAnswer, HeldPlace> {
  const places = placesOf(store.config, limit);
  if (places < count) return "full";
  const taken: HeldPlace[] = [];
  let answer: "full" | "unrecovered" = "full";
  try {
    for (let tries = 0; tries < Math.min(places, most) && taken.length < count; tries++) {
      const place = takeAt(store, `${limit}.${(first + tries) % places}`, self);
      if (typeof place === "object") taken.push(place);
      else if (place === "unrecovered") answer = place;
    }
  } catch (error) {
    releaseAll(taken);
    throw error;
  }
  if (taken.length === count) return taken;
  releaseAll(taken);
  return answer;
}

/** Takes the one place of this name in limits/. */
function takeAt(store: Store, name: string, self: string): PlaceAnswer {
  const path = pathIn(store, "limits", name);
  const lock = lockPlace(store, path);
  if (!lock) return "full";
  try {
    if (isUnrecovered(store, path, self)) {
      lock.release();
      return "unrecovered";
    }
    store.files.create(holderPath(path), new TextEncoder().encode(`${self}\n`));
  } catch (error) {
    lock.release();
    throw error;
  }
  return heldPlace(store, path, lock);
}

/** Lets the next ones in, in the reverse of the order in which the places were taken. */
export function releaseAll(places: readonly HeldPlace[], declaredDead = false): void {
  for (const place of places.toReversed()) place.release(declaredDead);
}

function heldPlace(store: Store, path: string, lock: FileLock): HeldPlace {
  let held = true;
  return {
    release(declaredDead = false) {
      if (!held) return;
      held = false;
      try {
        if (!declaredDead) removeIfThere(store, holderPath(path));
      } catch {
        // The name is ours: it keeps others out until we have left, and us not at all.
      }
      lock.release();
    },
  };
}

function holderPath(path: string): string {
  return `${path}.holder`;
}

/** Locks a file in limits/, made if it is missing; `undefined` if another has it. */
export function lockPlace(store: Store, path: string): FileLock | undefined {
  if (!store.files.exists(path)) {
    if (!store.files.exists(pathIn(store, "limits"))) makeLimits(store);
    store.files.append(path, new Uint8Array());
  }
  // It may be removed by hand, or for being one too many, meanwhile.
  return lockIfThere(store, path);
}

function makeLimits(store: Store): void {
  try {
    store.files.makeDirectory(pathIn(store, "limits"));
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

/**
 * Whether the last to hold a place, whose lock is ours now, died and has not been recovered. The name of one that
 * has been is removed.
 */
function isUnrecovered(store: Store, path: string, self: string): boolean {
  const name = holderPath(path);
  if (!store.files.exists(name)) return false;
  const holder = new TextDecoder().decode(store.files.read(name)).trim();
  const isDead = /^[a-z0-9-]+$/.test(holder) && holder !== self &&
    hasPresence(store, holder);
  if (!isDead) removeIfThere(store, name);
  return isDead;
}

/**
 * The places that a limit had before it was lowered and that may still be held: until they are free the
 * limit lets nobody in. Those that are free are removed.
 *
 * @returns Their paths.
 */
export function surplusPlaces(store: Store): string[] {
  const limits = pathIn(store, "limits");
  if (!store.files.exists(limits)) return [];
  const surplus: string[] = [];
  for (const { name } of [...store.files.list(limits)]) {
    const match = /^([A-Za-z0-9_-]+)\.(\d+)$/.exec(name);
    if (!match || Number(match[2]) < placesOf(store.config, match[1]!)) continue;
    const path = pathIn(store, "limits", name);
    if (!removePlace(store, path)) surplus.push(path);
  }
  return surplus;
}

/** Removes the file of a place that is no more; `false` if it is still held. */
export function removePlace(store: Store, path: string): boolean {
  if (!store.files.exists(path)) return true;
  const lock = lockPlace(store, path);
  if (!lock) return !store.files.exists(path);
  try {
    if (isUnrecovered(store, path, "")) return false;
    removeIfThere(store, path);
    return true;
  } finally {
    lock.release();
  }
}

/** How many places of a limit are held, as far as a look tells. */
export function placesTaken(store: Store, limit: LimitName): number {
  const places = placesOf(store.config, limit);
  if (places === Infinity) return 0;
  let taken = 0;
  for (let place = 0; place < places; place++) {
    // The name says who; only a lock would say for sure, and asking for it can keep a worker out.
    const holder = pathIn(store, "limits", `${limit}.${place}.holder`);
    if (store.files.exists(holder)) taken++;
  }
  return taken;
}
