/**
 * What other programs ask of a worker, by files beside its own in workers/: to stop, to cancel a
 * job, to send a signal to one, and to change its slots; and what a worker says there: that it is
 * idle and leaves, and how many slots it has since they were changed.
 *
 * @module
 */

import { newId } from "../format/ids.ts";
import { slotCount } from "../format/settings.ts";
import { ifThere, pathIn, removeIfThere, renameIfThere, type Store } from "../store/store.ts";
import { QueueError } from "../text/errors.ts";
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

/**
 * Asks a worker to change how many jobs it runs at once. The file is gone once it has done so.
 *
 * @returns The path of the file.
 * @throws {QueueError} If a folder lies where the worker is to say how many slots it has then.
 */
export function requestSlots(store: Store, worker: string, slots: number): string {
  const said = slotsPath(store, worker);
  if (store.files.stat(said)?.kind === "directory") {
    throw new QueueError(
      `cannot scale worker ${worker}: ${said} is a folder (see: queuectl doctor)`,
    );
  }
  const path = pathIn(store, "workers", `${worker}.scale.${newId()}`);
  placeFile(store, path, new TextEncoder().encode(`${slots}\n`));
  return path;
}

/** What others ask of a worker, but for a stop. */
export interface WorkerRequests {
  /** The jobs to end for good. */
  cancelled: string[];
  /** The signals to send, and the file to remove once that is done; the oldest first. */
  signals: (SignalRequest & { path: string })[];
  /** The files that ask for another number of slots; the oldest first. */
  scalings: string[];
}

/** Reads what is asked of a worker, and removes the requests to end jobs. */
export function takeRequests(store: Store, worker: string): WorkerRequests {
  const cancelled: string[] = [];
  const signals: (WorkerRequests["signals"][number] & { order: string })[] = [];
  const scalings: string[] = [];
  for (const { name, kind: type } of [...store.files.list(pathIn(store, "workers"))]) {
    if (type !== "file" || !name.startsWith(`${worker}.`)) continue;
    const path = pathIn(store, "workers", name);
    const [, kind, id = "", claimedAt, number, order = ""] = name.split(".");
    if (kind === "cancel" && removeIfThere(store, path)) cancelled.push(id);
    if (kind === "scale") scalings.push(path);
    if (kind === "signal") {
      signals.push({ id, claimedAt: Number(claimedAt), number: Number(number), order, path });
    }
  }
  signals.sort((a, b) => a.order < b.order ? -1 : 1);
  return { cancelled, signals, scalings: scalings.sort() };
}

/** How the name ends of the file that says how many slots a worker has since they were changed. */
export const SLOTS_ENDING = ".slots";

function slotsPath(store: Store, worker: string): string {
  return pathIn(store, "workers", worker + SLOTS_ENDING);
}

/**
 * Takes the last of some requests for another number of slots: by one rename that file becomes the
 * one that says how many there are. Those before it, and any that says no such number, are removed.
 *
 * @returns The number; `undefined` if no request says one.
 * @throws If a request cannot be read now: it stays, as whoever asked takes its end for a yes.
 */
export function takeSlots(
  store: Store,
  worker: string,
  scalings: readonly string[],
): number | undefined {
  let last: { path: string; slots: number } | undefined;
  for (const path of scalings) {
    const slots = slotsIn(ifThere(() => store.files.read(path)));
    const superseded = slots === undefined ? path : last?.path;
    if (superseded !== undefined) removeIfThere(store, superseded);
    if (slots !== undefined) last = { path, slots };
  }
  return last && renameIfThere(store, last.path, slotsPath(store, worker)) ? last.slots : undefined;
}

/** How many slots a worker has since they were changed; `undefined` if they never were. */
export function changedSlots(store: Store, worker: string): number | undefined {
  try {
    return slotsIn(store.files.read(slotsPath(store, worker)));
  } catch {
    // Gone, or no file that a worker makes.
    return undefined;
  }
}

/** The number of slots that a file says; `undefined` if it is gone or says none. */
function slotsIn(content: Uint8Array | undefined): number | undefined {
  const text = new TextDecoder().decode(content).trim();
  return /^\d+$/.test(text) && slotCount.check(Number(text)) === undefined
    ? Number(text)
    : undefined;
}

/** Whether a worker has been asked to stop, and to do so at once. */
export function stopRequested(store: Store, worker: string): "stop" | "now" | undefined {
  const path = stopPath(store, worker);
  if (store.files.stat(path)?.kind !== "file") return undefined;
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
 * Removes what is asked of a worker that has exited, but for signals and another number of slots:
 * while such a request lies there whoever asked knows that it was not taken, and removes it.
 */
export function removeRequests(store: Store, worker: string): void {
  removeIfThere(store, stopPath(store, worker));
  withdrawLeaving(store, worker);
  removeIfThere(store, slotsPath(store, worker));
  takeRequests(store, worker);
}
