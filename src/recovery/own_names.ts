/**
 * Names in processing/ that a living worker has not in hand. On a file system that machines share
 * such a name can come to be: a rename was carried out though the connection broke before the
 * answer, or a copy of the volume that was away brought back a name when it was made whole.
 *
 * @module
 */

import { isHollow } from "../contents/brought_back.ts";
import { findPlaces, flushRemovals, isElsewhere } from "../contents/same_job.ts";
import { forgetLastEnd, type Job } from "../format/job.ts";
import { readClaimed } from "../moves/claim.ts";
import type { Settlement } from "../moves/settle.ts";
import { pathIn, removeIfThere, type Store } from "../store/store.ts";
import { detachLog } from "./detach_log.ts";
import { claimedBy, lostSettlement, mayHaveBegun, putBackUnbegun } from "./left_running.ts";

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
   * another. If it is all there is of the job, that is put back if it had not begun, and else
   * charged an attempt. Any other stays, for the doctor to tell of.
   *
   * @param takenOver Gets the jobs that are to be settled.
   */
  async look(takenOver: Settlement[]): Promise<void> {
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
      if (this.#hasInHand(entry.id)) continue;
      if (!job) {
        if (isHollow(store, name, entry.id)) removeIfThere(store, path);
        continue;
      }
      const places = found.filter((place) => place.entry.id === entry.id);
      const changed = new Set<string>();
      if (isElsewhere(store, name, job, places, changed)) removeIfThere(store, path);
      else if (places.length === 1 && places[0]!.path === path) {
        if (mayHaveBegun(store, job)) {
          forgetLastEnd(job);
          const { id, time } = entry;
          const worker = this.#worker;
          const claim = { id, name, time, worker, job, logOffset: 0 };
          const settlement = lostSettlement(store, claim, worker);
          takenOver.push(settlement);
          await detachLog(store, settlement);
        } else putBackUnbegun(store, path, entry, job);
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
