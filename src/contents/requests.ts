/**
 * What other programs ask of a worker, by files beside its own in workers/: to stop, and to cancel
 * a job; and what an idle worker says there: that it leaves.
 *
 * @module
 */

import { pathIn, removeIfThere, type Store } from "../store/store.ts";
import { placeFile } from "../store/temporary_files.ts";

function stopPath(store: Store, worker: string): string {
  return pathIn(store, "workers", `${worker}.stop`);
}

/**
 * Asks a worker, on whatever machine, to stop. Replaces an earlier request.
 *
 * @param now Whether it kills what runs and puts it back, rather than finish it.
 */
export function requestStop(store: Store, worker: string, now: boolean): void {
  // An empty file also fits on most full disks.
  placeFile(store, stopPath(store, worker), new TextEncoder().encode(now ? "now\n" : ""));
}

/** Asks a worker to end a job that it runs, for good. */
export function requestCancel(store: Store, worker: string, id: string): void {
  const path = pathIn(store, "workers", `${worker}.cancel.${id}`);
  store.files.append(path, new Uint8Array());
}

/** Takes the requests to a worker to end jobs: the jobs' IDs. */
export function takeCancelRequests(store: Store, worker: string): string[] {
  const ids: string[] = [];
  for (const { name } of [...store.files.list(pathIn(store, "workers"))]) {
    if (!name.startsWith(`${worker}.cancel.`)) continue;
    if (!removeIfThere(store, pathIn(store, "workers", name))) continue;
    ids.push(name.slice(`${worker}.cancel.`.length));
  }
  return ids;
}

/** Whether a worker has been asked to stop, and to do so at once. */
export function stopRequested(store: Store, worker: string): "stop" | "now" | undefined {
  const path = stopPath(store, worker);
  if (!store.files.stat(path)) return undefined;
  const text = new TextDecoder().decode(store.files.read(path)).trim();
  return text === "now" ? "now" : "stop";
}

function leavingPath(store: Store, worker: string): string {
  return pathIn(store, "workers", `${worker}.leaving`);
}

/** Says that a worker leaves, as it is idle. */
export function announceLeaving(store: Store, worker: string): void {
  store.files.append(leavingPath(store, worker), new Uint8Array());
}

/** Says that a worker stays after all. */
export function withdrawLeaving(store: Store, worker: string): void {
  removeIfThere(store, leavingPath(store, worker));
}

/** Whether a worker leaves, or has been asked to: jobs that are added now are not for it. */
export function isLeaving(store: Store, worker: string): boolean {
  return store.files.exists(leavingPath(store, worker)) ||
    store.files.exists(stopPath(store, worker));
}

/** Removes what is asked of a worker that has exited. */
export function removeRequests(store: Store, worker: string): void {
  removeIfThere(store, stopPath(store, worker));
  withdrawLeaving(store, worker);
  takeCancelRequests(store, worker);
}
