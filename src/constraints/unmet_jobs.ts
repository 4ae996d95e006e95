/**
 * Jobs that wait for more places of a resource than there are.
 *
 * @module
 */

import { entries, readEntry } from "../contents/entries.ts";
import { needsOf, placesOfResource } from "./needs.ts";
import type { Store } from "../store/store.ts";

/** How many waiting jobs are looked at: of a million it would take minutes. */
const MOST_LOOKED_AT = 10_000;

/**
 * The waiting jobs that need more places of a resource than there are, so that they cannot run as the settings are.
 *
 * @returns Their IDs, of the first 10,000 jobs that are met.
 */
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
