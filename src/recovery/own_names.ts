/**
 * Names in processing/ that a living worker has not in hand. On a file system that machines share
 * such a name can come to be: a rename was carried out though the connection broke before the
 * answer, or a copy of the volume that was away brought back a name when it was made whole.
 *
 * @module
 */

import { findPlaces, flushRemovals, isElsewhere } from "../contents/same_job.ts";
import type { Job } from "../format/job.ts";
import { readClaimed } from "../moves/claim.ts";
import { pathIn, removeIfThere, type Store } from "../store/store.ts";
import { claimedBy, mayHaveBegun, putBackUnbegun } from "./left_running.ts";

/** Looks after the names of one worker. */
export class OwnNames {
  readonly #store: Store;
  readonly #worker: string;
  readonly #hasInHand: (id: string) => boolean;
  /** The names that were not in hand at the last look. */
  #seen = new Set<string>();

  /** @param hasInHand Whether the worker claims, runs or settles a job, by its ID. */
  constructor(store: Store, worker: string, hasInHand: (id: string) => boolean) {
    [this.#store, this.#worker, this.#hasInHand] = [store, worker, hasInHand];
  }

  /**
   * Looks for such names. One that is there at two looks is removed if its job has gone on under
   * another, and put back if that is all there is of a job that had not begun; any other stays, for
   * the doctor to tell of.
   */
  async look(): Promise<void> {
    const store = this.#store;
    if (store.files.isLocal(store.dir)) return;
    const left = claimedBy(store, this.#worker).filter(({ entry }) => !this.#hasInHand(entry.id));
    const again = left.filter(({ name }) => this.#seen.has(name));
    this.#seen = new Set(left.map(({ name }) => name));
    if (again.length === 0) return;

    const found = findPlaces(store, new Set(again.map(({ entry }) => entry.id)), true);
    for (const { name, entry } of again) {
      const path = pathIn(store, "processing", name);
      const job = await readJob(store, name, entry.id);
      if (!job || this.#hasInHand(entry.id)) continue;
      const places = found.filter((place) => place.entry.id === entry.id);
      const changed = new Set<string>();
      if (isElsewhere(store, name, job, places, changed)) removeIfThere(store, path);
      else if (places.length === 1 && places[0]!.path === path && !mayHaveBegun(store, job)) {
        putBackUnbegun(store, path, entry, job);
      }
      await flushRemovals(store, changed);
    }
  }
}

async function readJob(store: Store, name: string, id: string): Promise<Job | undefined> {
  try {
    return (await readClaimed(store, name, id)).job;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
