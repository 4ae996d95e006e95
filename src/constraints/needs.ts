/**
 * What a job needs while it runs, and whether there is as much: places of resources.
 *
 * @module
 */

import { type Config, isResourceKey, resourceKey, withDefaults } from "../format/settings.ts";
import { QueueError } from "../text/errors.ts";
import type { JobInput } from "../format/job.ts";
import { type LimitName, placesOf, placesTaken } from "./limits.ts";
import { readConfig } from "../store/config_file.ts";
import type { Store } from "../store/store.ts";

/** So many places of one resource. */
export interface Need {
  /** Its name, as in the setting `resources.NAME`. */
  readonly resource: string;
  /** 1 or more. */
  readonly places: number;
}

/** The fields of a job that say what it needs. */
export type Needing = Pick<JobInput, "resource" | "resources">;

const NOTHING: readonly Need[] = [];

/**
 * What a job needs, in the order in which everybody takes it: by name. `resource` is one place of that resource;
 * `resources` says how many of each; of a name that both have, the greater number counts.
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
    return resource === undefined ? NOTHING : [{ resource, places: 1 }];
  }
  const places = new Map(Object.entries(resources));
  if (resource !== undefined) places.set(resource, Math.max(1, places.get(resource) ?? 0));
  return [...places].map(([resource, places]) => ({ resource, places }))
    .sort((a, b) => a.resource < b.resource ? -1 : 1);
}

/** What a job needs, as one text: the same for jobs that need the same, empty for nothing. Such as `db,gpu=2`. */
export function needsText(needs: readonly Need[]): string {
  return needs.map(({ resource, places }) => places === 1 ? resource : `${resource}=${places}`)
    .join();
}

/** Whether a job needs more than one place, and so has to get them all or none. */
export function needsSeveral(needs: readonly Need[]): boolean {
  return needs.length > 1 || (needs[0]?.places ?? 0) > 1;
}

/** How many places of a resource there are. `concurrency` is none: its places are those of all jobs. */
export function placesOfResource(config: Config, resource: string): number {
  return isResourceKey(resourceKey(resource)) ? placesOf(config, resource) : 0;
}

/** The first need that can never be met as the settings are; `undefined` if all can. */
export function unmeetable(store: Store, needs: readonly Need[]): Need | undefined {
  return needs.find(({ resource, places }) => placesOfResource(store.config, resource) < places);
}

/** Why a need cannot be met, and what to type: the end of a sentence, without a full stop. */
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
 * Refuses a job that can never run, as it needs a resource of which there are not so many places.
 *
 * @throws {QueueError} If `resources.NAME` is not set, or is less than the job needs.
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

/** The limit that keeps a job that is ready from running, as far as a look tells; `undefined` if none does. */
export function limitOn(store: Store, job: Needing): LimitName | undefined {
  const needs = needsOf(job);
  const never = unmeetable(store, needs);
  if (never) return never.resource;
  return [...needs, { resource: "concurrency", places: 1 }].find(({ resource, places }) =>
    placesOf(store.config, resource) - placesTaken(store, resource) < places
  )?.resource;
}
