/**
 * The places of one limit: how many jobs run at once over all workers and machines. A limit of N is
 * N files, `limits/concurrency.0` to `limits/concurrency.N-1`, and `limits/gpu.0` … for a resource.
 * A running job has as many of them locked as it needs. The kernel drops the lock of a worker that
 * dies.
 *
 * A lock that fell free that way does not mean that the dead worker's command has ended. So a
 * holder writes its name beside its lock, `limits/gpu.0.holder`, and removes it before it releases
 * the lock. Whoever finds the name of a worker that still has a presence file leaves the place
 * alone: its recovery kills its commands first and removes the presence file last.
 *
 * @module
 */

import { type Config, groupKey, pausedKey, resourceKey } from "../format/settings.ts";
import { WORKER_PATTERN } from "../format/worker_names.ts";
import type { FileLock } from "../fs/file_port.ts";
import {
  ifFree,
  listIfThere,
  lockIfThere,
  makeDirectory,
  pathIn,
  removeIfThere,
  type ScopedLock,
  type Store,
} from "../store/store.ts";
import { hasPresence } from "../contents/presence.ts";

/**
 * What is limited: with `concurrency` all jobs, with `group@NAME` those of a group, with any other
 * name those that need that resource.
 */
export type LimitName = string;

const GROUP = "group@";

/** The name of a group's limit, which no resource can have. */
export function groupLimit(group: string): string {
  return GROUP + group;
}

/** The group whose limit has this name; `undefined` if it is that of none. */
export function limitedGroup(limit: string): string | undefined {
  return limit.startsWith(GROUP) ? limit.slice(GROUP.length) : undefined;
}

/** A place within a limit, held until it is released or this process dies. */
export interface HeldPlace {
  /**
   * Frees the place. Calling it again does nothing.
   *
   * @param declaredDead Whether this worker was recovered: the place, and the name in it, may be
   * another's by now.
   */
  release(declaredDead?: boolean): void;
}

/** Why there is no place. */
type NoPlace =
  /** All are taken, or the limit is 0. */
  | "full"
  /** The last holder of one died, and has yet to be recovered. */
  | "unrecovered";

/** How many places a limit has; `Infinity` for `concurrency` or a group that has none. */
export function placesOf(config: Config, limit: LimitName): number {
  const group = limitedGroup(limit);
  if (group !== undefined) {
    return config[pausedKey(group)] === true ? 0 : config[groupKey(group)] ?? Infinity;
  }
  return limit === "concurrency" ? config.concurrency ?? Infinity : config[resourceKey(limit)] ?? 0;
}

/**
 * Takes `count` places within a limit, or none.
 *
 * @param self The worker that asks; its presence file must be there.
 * @param first Where to begin, a whole number from 0 up: workers that begin elsewhere collide less.
 * @param most How many places to try at most.
 */
export function takePlaces(
  store: Store,
  limit: LimitName,
  count: number,
  self: string,
  first: number,
  most: number,
): HeldPlace[] | NoPlace {
  const places = placesOf(store.config, limit);
  if (places < count) return "full";
  // The limit of a group was reset while its job waited.
  if (places === Infinity) return [];
  const taken: HeldPlace[] = [];
  let answer: NoPlace = "full";
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
function takeAt(store: Store, name: string, self: string): HeldPlace | NoPlace {
  const path = pathIn(store, "limits", name);
  const lock = lockPlace(store, path);
  if (!lock) return "full";
  const content = new TextEncoder().encode(`${self}\n`);
  try {
    // A name that this machine does not know of yet refuses ours: then look at it.
    while (!isUnrecovered(store, path, self)) {
      if (ifFree(() => store.files.create(holderPath(path), content))) {
        return heldPlace(store, path, lock);
      }
    }
  } catch (error) {
    lock.release();
    throw error;
  }
  lock.release();
  return "unrecovered";
}

/** Frees places, the last taken first. */
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
        // A name that stays keeps others out until this worker exits.
      }
      lock.release();
    },
  };
}

function holderPath(path: string): string {
  return `${path}.holder`;
}

/** Locks a file in limits/, made if it is missing; `undefined` if another has it. */
export function lockPlace(store: Store, path: string): ScopedLock | undefined {
  if (!store.files.exists(path)) {
    makeDirectory(store, pathIn(store, "limits"));
    store.files.append(path, new Uint8Array());
  }
  // It may be removed meanwhile, by hand or because the limit was lowered.
  return lockIfThere(store, path);
}

/**
 * Whether the last holder of a place, whose lock is ours now, died and has not been recovered. Else
 * removes its name.
 */
function isUnrecovered(store: Store, path: string, self: string): boolean {
  const name = holderPath(path);
  // One that is remembered may be gone, or another's by now.
  if (!store.files.exists(name) || !store.files.exists(name, "fresh")) return false;
  const holder = new TextDecoder().decode(store.files.read(name)).trim();
  const isDead = WORKER_PATTERN.test(holder) && holder !== self && hasPresence(store, holder);
  if (!isDead) removeIfThere(store, name);
  return isDead;
}

/**
 * The paths of places that are still held, of limits that have been lowered since: until they are
 * free such a limit lets nobody in. Removes those that are free.
 */
export function surplusPlaces(store: Store): string[] {
  const surplus: string[] = [];
  for (const { name } of [...listIfThere(store, pathIn(store, "limits"))]) {
    const match = /^((?:group@)?[A-Za-z0-9_-]+)\.(\d+)$/.exec(name);
    if (!match || Number(match[2]) < placesOf(store.config, match[1]!)) continue;
    const path = pathIn(store, "limits", name);
    if (!removePlace(store, path)) surplus.push(path);
  }
  return surplus;
}

/** Removes the file of a surplus place; `false` if it is still held. */
export function removePlace(store: Store, path: string): boolean {
  if (!store.files.exists(path, "fresh")) return true;
  using lock = lockPlace(store, path);
  if (!lock) return !store.files.exists(path);
  if (isUnrecovered(store, path, "")) return false;
  removeIfThere(store, path);
  return true;
}

/** How many places of a limit seem to be held. */
export function placesTaken(store: Store, limit: LimitName): number {
  const places = placesOf(store.config, limit);
  if (places === Infinity) return 0;
  let taken = 0;
  for (let place = 0; place < places; place++) {
    // Only a lock would say for sure, and trying it could keep a worker out.
    const holder = pathIn(store, "limits", `${limit}.${place}.holder`);
    if (store.files.exists(holder)) taken++;
  }
  return taken;
}
