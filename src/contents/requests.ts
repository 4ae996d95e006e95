/**
 * What other programs ask of a worker, by files beside its own in workers/: to stop, to cancel a
 * job, and to send a signal to one; and what an idle worker says there: that it leaves.
 *
 * @module
 */

import { newId } from "../format/ids.ts";
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

/** A signal for a job that a worker runs. */
export interface SignalRequest {
  /** The job's ID. */
  id: string;
  /** When it was claimed, in milliseconds since 1970: the signal is for this attempt alone. */
  claimedAt: number;
  /** The signal's number. */
  number: number;
}

/**
 * Asks a worker to send a signal to a job that it runs. The worker removes the file when it has
 * sent it, and only then.
 *
 * @returns The path of the file.
 */
export function requestSignal(store: Store, worker: string, request: SignalRequest): string {
  const { id, claimedAt, number } = request;
  const name = `${worker}.signal.${id}.${claimedAt}.${number}.${newId()}`;
  const path = pathIn(store, "workers", name);
  store.files.append(path, new Uint8Array());
  return path;
}

/** What others ask of a worker for its jobs. */
export interface JobRequests {
  /** The jobs to end for good. */
  cancelled: string[];
  /** The signals to send, and the file to remove once that is done; the oldest first. */
  signals: (SignalRequest & { path: string })[];
}

/** Reads what is asked of a worker for its jobs, and removes the requests to end jobs. */
export function takeJobRequests(store: Store, worker: string): JobRequests {
  const cancelled: string[] = [];
  const signals: (JobRequests["signals"][number] & { order: string })[] = [];
  for (const { name } of [...store.files.list(pathIn(store, "workers"))]) {
    if (!name.startsWith(`${worker}.`)) continue;
    const path = pathIn(store, "workers", name);
    const [, kind, id = "", claimedAt, number, order = ""] = name.split(".");
    if (kind === "cancel" && removeIfThere(store, path)) cancelled.push(id);
    if (kind === "signal") {
      signals.push({ id, claimedAt: Number(claimedAt), number: Number(number), order, path });
    }
  }
  return { cancelled, signals: signals.sort((a, b) => a.order < b.order ? -1 : 1) };
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

/**
 * Removes what is asked of a worker that has exited, but for signals: while the request lies there
 * whoever asked knows that the signal was not sent, and removes it.
 */
export function removeRequests(store: Store, worker: string): void {
  removeIfThere(store, stopPath(store, worker));
  withdrawLeaving(store, worker);
  takeJobRequests(store, worker);
}
