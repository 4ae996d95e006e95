/**
 * What a job needs while it runs, places of resources, and whether there are as many.
 *
 * @module
 */

import {
  type Config,
  isResourceKey,
  pausedKey,
  resourceKey,
  withDefaults,
} from "../format/settings.ts";
import { QueueError } from "../text/errors.ts";
import type { JobInput } from "../format/job.ts";
import { groupLimit, limitedGroup, type LimitName, placesOf, placesTaken } from "./limits.ts";
import { readConfig } from "../store/config_file.ts";
import type { Store } from "../store/store.ts";
import { entries, readEntry } from "../contents/entries.ts";

/** A number of places of one resource. */
export interface Need {
  /** Its name, as in the setting `resources.NAME`. */
  readonly resource: string;
  /** 1 or more. */
  readonly places: number;
}

/** The fields of a job that say what it needs. */
export type Needing = Pick<JobInput, "resource" | "resources">;

/**
 * What a job needs, in the order in which every worker takes it: by name. `resource` is one place
 * of that resource; `resources` says how many of each; of a name in both, the greater number
 * counts.
 *
 * @example
 * ```ts
 * import { needsOf } from "./needs.ts";
 *
 * needsOf({ resource: "gpu", resources: { db: 2 } }); // db: 2, gpu: 1
 * ```
 */
export function needsOf({ resource, resources }: Needing): readonly Need[] {
  if (resources === undefined) {
    return resource === undefined ? [] : [{ resource, places: 1 }];
  }
  const places = new Map(Object.entries(resources));
  if (resource !== undefined) places.set(resource, Math.max(1, places.get(resource) ?? 0));
  return [...places].map(([resource, places]) => ({ resource, places }))
    .sort(byName);
}

/** What a job has to hold to run: what it needs, and a place in its group if that is limited. */
export function needsToRun(
  store: Store,
  job: Needing & Pick<JobInput, "group">,
): readonly Need[] {
  const needs = needsOf(job);
  const limit = job.group === undefined ? undefined : groupLimit(job.group);
  if (limit === undefined || placesOf(store.config, limit) === Infinity) return needs;
  return [...needs, { resource: limit, places: 1 }].sort(byName);
}

function byName(a: Need, b: Need): number {
  return a.resource < b.resource ? -1 : 1;
}

/** What a job needs, as a text such as `db,gpu=2`: equal for equal needs, empty for none. */
export function needsText(needs: readonly Need[]): string {
  return needs.map(({ resource, places }) => places === 1 ? resource : `${resource}=${places}`)
    .join();
}

/** Whether a job needs more than one place, and so gets all of them or none. */
export function needsSeveral(needs: readonly Need[]): boolean {
  return needs.length > 1 || (needs[0]?.places ?? 0) > 1;
}

/** How many places of a resource or in a group there are; 0 for `concurrency`, which is neither. */
export function placesOfResource(config: Config, resource: string): number {
  return limitedGroup(resource) !== undefined || isResourceKey(resourceKey(resource))
    ? placesOf(config, resource)
    : 0;
}

/** The first need that cannot be met with these settings; `undefined` if all can. */
export function unmeetable(store: Store, needs: readonly Need[]): Need | undefined {
  return needs.find(({ resource, places }) => placesOfResource(store.config, resource) < places);
}

/** Why a need cannot be met, and what to type: a sentence without a full stop. */
export function unmeetableText(store: Store, { resource, places }: Need): string {
  const there = placesOfResource(store.config, resource);
  const key = resourceKey(resource);
  if (there === 0) {
    return `there is no resource "${resource}" (queuectl config set ${key} ${places} ` +
      `lets ${places === 1 ? "one job at a time use it" : "jobs use it"})`;
  }
  return `the job needs ${places} places of the resource "${resource}", and there ` +
    `${there === 1 ? "is 1" : `are ${there}`} (queuectl config set ${key} ${places} makes as many)`;
}

/**
 * @throws {QueueError} If `resources.NAME` is not set, or is less than a job needs, so that it
 * could never run.
 */
export function refuseUnmeetable(store: Store, job: Needing): void {
  const needs = needsOf(job);
  for (const { resource } of needs) {
    if (isResourceKey(resourceKey(resource))) continue;
    throw new QueueError(`no resource can be called "${resource}"; name it otherwise`);
  }
  if (unmeetable(store, needs) === undefined) return;
  // It may have been set since this queue was opened.
  store.config = withDefaults(readConfig(store.files, store.dir, store.owner));
  const need = unmeetable(store, needs);
  if (need) throw new QueueError(unmeetableText(store, need));
}

/**
 * What seems to keep a ready job from running: a resource, `concurrency`, `group NAME` or `paused
 * group NAME`; `undefined` if nothing does.
 */
export function limitOn(
  store: Store,
  job: Needing & Pick<JobInput, "group">,
): string | undefined {
  const limit = fullLimit(store, needsToRun(store, job));
  const group = limit && limitedGroup(limit);
  if (group === undefined) return limit;
  return store.config[pausedKey(group)] === true ? `paused group ${group}` : `group ${group}`;
}

function fullLimit(store: Store, needs: readonly Need[]): LimitName | undefined {
  const never = unmeetable(store, needs);
  if (never) return never.resource;
  return [...needs, { resource: "concurrency", places: 1 }].find(({ resource, places }) =>
    placesOf(store.config, resource) - placesTaken(store, resource) < places
  )?.resource;
}

/** How many waiting jobs {@linkcode jobsBeyond} reads: a million would take minutes. */
const MOST_LOOKED_AT = 10_000;

/** The IDs of those of 10,000 waiting jobs that need more places of a resource than there are. */
export function jobsBeyond(store: Store, resource: string): string[] {
  const there = placesOfResource(store.config, resource);
  const beyond: string[] = [];
  let looked = 0;
  for (const state of ["pending", "failed"] as const) {
    for (const entry of entries(store, state)) {
      if (++looked > MOST_LOOKED_AT) return beyond;
      const job = readEntry(store, entry);
      if (!job || job.malformed !== undefined) continue;
      const need = needsOf(job).find((need) => need.resource === resource);
      if (need && need.places > there) beyond.push(entry.id);
    }
  }
  return beyond;
}
