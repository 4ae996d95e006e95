/**
 * How workers know of each other. A worker has a file in workers/ that it keeps locked; the kernel
 * drops the lock the instant the process dies, and whoever can take it knows that the worker is
 * dead. Beside it lie the requests that other programs make of it (requests.ts).
 *
 * @module
 */

import { VERSION } from "../version.ts";
import { tagList } from "../format/field_checks.ts";
import type { FileLock, FileStat } from "../fs/file_port.ts";
import { hasNumber } from "../text/errors.ts";
import { ID_PATTERN } from "../format/names.ts";
import {
  ifFree,
  ifThere,
  lockIfThere,
  NEW_SUFFIX,
  pathIn,
  removeIfThere,
  type ScopedLock,
  type Store,
} from "../store/store.ts";
import { changedSlots, removeRequests, SLOTS_ENDING } from "./requests.ts";
import { createLocked, placeFile } from "../store/temporary_files.ts";
import { hostOf, isEditor, newEditorName, newWorkerName } from "../format/worker_names.ts";

/** What a worker writes about itself to workers/WORKER.json. */
export interface WorkerInfo {
  /** Its name, `HOST-PID-RANDOM`. */
  name: string;
  /** The machine it runs on. */
  host: string;
  /** Its process there. */
  pid: number;
  /**
   * How many jobs it runs at once, when it starts: `WORKER.slots` beside it says if that is changed
   * later. 0: a command that changes or repairs a job, and no worker.
   */
  slots: number;
  /** ISO 8601 in UTC. */
  started_at: string;
  /** The version of queuectl that it runs. */
  version: string;
  /** Its tags: what jobs ask for with `on`; missing if it has none. */
  tags?: readonly string[];
  /** The only job that it works, for a `queuectl run`; missing if it works all. */
  only?: string;
  /**
   * The running job that started it, and that its own job counts as part of; missing if none did.
   */
  part_of?: string;
}

/** A worker's own presence, held while it lives. */
export interface Presence {
  /** The worker's name. */
  readonly name: string;
  /** Whether the locked file is still in place; if not, the worker has been declared dead. */
  holds(): boolean;
  /**
   * Gives a sign of life, where others may be on other machines: takes the lock once more, and sets
   * the mtime of the file. Blocks while the file system hangs.
   *
   * @param looks Whether to look if it is still in place. Default: yes.
   * @returns Whether it is still in place, and locked by this worker; if not, another may have
   * taken its jobs.
   * @throws If the file system refuses: nothing is known then.
   */
  beat(looks?: boolean): boolean;
  /** Removes the file and releases the lock. All the worker's jobs must be settled. */
  leave(): void;
  /** Releases the lock alone, so that others recover what this worker could not settle. */
  abandon(): void;
}

/** A worker as others see it. */
export interface SeenWorker extends WorkerInfo {
  /** How many jobs it runs at once now. */
  slots: number;
  /** Whether it holds its lock. */
  alive: boolean;
}

/**
 * What says that an open file is good for nothing any more: EBADF, EBADFD, ENOTCONN, ECONNABORTED
 * and ESTALE of Linux.
 */
const BROKEN = [9, 77, 107, 103, 116];

/** The path of a worker's presence file. */
export function presencePath(store: Store, worker: string): string {
  return pathIn(store, "workers", `${worker}.json`);
}

/**
 * Makes a worker's presence file: in tmp/, locked there, then renamed in, so that it is never
 * visible unlocked.
 *
 * @param info What it says; its `name` is made from host and process if absent.
 */
export function arrive(store: Store, info: Omit<WorkerInfo, "name"> & { name?: string }): Presence {
  const name = info.name ?? newWorkerName(info.host, info.pid);
  const temporary = pathIn(store, "tmp", name + NEW_SUFFIX);
  const path = presencePath(store, name);
  if (store.files.exists(path)) throw new Deno.errors.AlreadyExists(`${path} exists`);
  let lock: FileLock | undefined;
  try {
    lock = createLocked(store, temporary, presenceBytes({ ...info, name }));
    // The name is new. A link and its first name's removal, as where renames replace, would give
    // the file another inode number on sshfs.
    store.files.rename(temporary, path);
  } catch (error) {
    lock?.release();
    removeIfThere(store, temporary);
    throw error;
  }
  let held = lock;
  const { identity } = held;
  const isOwn = (seen: FileStat | undefined) => seen?.identity === identity && seen.links > 0;
  return {
    name,
    holds: () => isOwn(store.files.stat(path)),
    beat(looks = true) {
      try {
        if (!held.renew(store.now())) return false;
      } catch (error) {
        if (!hasNumber(error, ...BROKEN)) throw error;
        // The connection was lost, and the lock with it: nobody else has it if it can be had anew.
        held.release();
        const again = lockAgain(store, path, identity);
        if (!again) return false;
        held = again;
      }
      return !looks || isOwn(store.files.stat(path, "fresh"));
    },
    leave() {
      try {
        removeRequests(store, name);
        if (isOwn(store.files.stat(path))) removeIfThere(store, path);
      } finally {
        held.release();
      }
    },
    abandon: () => held.release(),
  };
}

/** Opens a presence file anew and locks it; `undefined` if it is another one, or cannot be had. */
function lockAgain(store: Store, path: string, identity: string): FileLock | undefined {
  try {
    const lock = lockIfThere(store, path);
    if (lock?.identity === identity && lock.renew(store.now())) return lock;
    lock?.release();
  } catch {
    // Nothing can be reached there: whoever can will take this worker for a dead one.
  }
  return undefined;
}

/**
 * Makes a presence file for this program, which changes a job: it owns the job as a worker owns one
 * that it runs.
 *
 * @param held Whether the job is held, and is held again should this program die.
 */
export function arriveAsEditor(store: Store, held: boolean): Presence {
  return arrive(store, {
    name: newEditorName(Deno.hostname(), Deno.pid, held),
    host: Deno.hostname(),
    pid: Deno.pid,
    slots: 0,
    started_at: new Date(store.now()).toISOString(),
    version: VERSION,
  });
}

/** The names of all workers that have a presence file, dead or alive. */
export function workerNames(store: Store): string[] {
  return fileStems(store).json;
}

/** The names of all workers that have a presence file, and of those whose slots were changed. */
function fileStems(store: Store): { json: string[]; slots: string[] } {
  const names = [...store.files.list(pathIn(store, "workers"))]
    .filter(({ name, kind }) => kind === "file" && !name.startsWith("."))
    .map(({ name }) => name).sort();
  const before = (ending: string) =>
    names.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length));
  return { json: before(".json"), slots: before(SLOTS_ENDING) };
}

/** Takes a dead worker's lock; `undefined` if the worker lives, is being recovered, or is gone. */
export function lockDeadWorker(store: Store, worker: string): ScopedLock | undefined {
  return lockIfThere(store, presencePath(store, worker));
}

/** What the server knows of a worker's presence file: its mtime moves while the worker lives. */
export function presenceStat(store: Store, worker: string): FileStat | undefined {
  return store.files.stat(presencePath(store, worker), "fresh");
}

/** Whether one of some workers lives on a machine. */
export function livesOn(store: Store, host: string, workers: readonly string[]): boolean {
  return workers.some((worker) => {
    if (hostOf(worker) !== host || isEditor(worker)) return false;
    const lock = lockDeadWorker(store, worker);
    lock?.release();
    return lock === undefined && hasPresence(store, worker);
  });
}

/** Whether a worker has a presence file, dead or alive. */
export function hasPresence(store: Store, worker: string): boolean {
  return store.files.exists(presencePath(store, worker));
}

/**
 * Makes an unlocked presence file for a worker whose own is gone though it has jobs: so its lock
 * can be taken, and only one process recovers it. Does nothing if another has just made it.
 */
export function markDead(store: Store, worker: string): void {
  ifFree(() => placeUnlocked(store, worker, "renameNew"));
}

/** Puts an unlocked presence file in the place of a worker's own: from then on it is dead. */
export function replacePresence(store: Store, worker: string): void {
  placeUnlocked(store, worker, "rename");
}

function placeUnlocked(store: Store, worker: string, rename: "rename" | "renameNew"): void {
  const content = presenceBytes({ ...UNKNOWN, name: worker });
  placeFile(store, presencePath(store, worker), content, rename);
}

/** Removes what is left of a worker that has been recovered. Its lock must be held. */
export function removePresence(store: Store, worker: string): void {
  removeRequests(store, worker);
  removeIfThere(store, presencePath(store, worker));
}

/** All workers that have a presence file, and whether each is alive. */
export function seeWorkers(store: Store): SeenWorker[] {
  const { json, slots } = fileStems(store);
  return json.flatMap((name) =>
    ifThere(() => {
      const path = presencePath(store, name);
      const info = parsePresence(store.files.read(path));
      const changed = slots.includes(name) ? changedSlots(store, name) : undefined;
      const lock = store.files.tryLock(path);
      lock?.release();
      return [{ ...info, name, slots: changed ?? info.slots, alive: lock === undefined }];
    }) ?? []
  );
}

/** What is reported of a worker whose file says nothing. */
const UNKNOWN = { host: "", pid: 0, slots: 0, started_at: "", version: "" };

function presenceBytes(info: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(info, null, 2) + "\n");
}

/** The fields of a worker's file that are such as a worker writes. */
function parsePresence(content: Uint8Array): Omit<WorkerInfo, "name"> {
  let info: Record<string, unknown> | null;
  try {
    info = JSON.parse(new TextDecoder().decode(content));
  } catch {
    return UNKNOWN;
  }
  const { host, pid, slots, started_at, version, tags, only, part_of } = info ?? {};
  const isId = (value: unknown): value is string =>
    typeof value === "string" && ID_PATTERN.test(value);
  const text = (value: unknown) => typeof value === "string" ? value : "";
  const count = (value: unknown) => Number.isSafeInteger(value) ? value as number : 0;
  return {
    host: text(host),
    pid: count(pid),
    slots: count(slots),
    started_at: Number.isNaN(Date.parse(text(started_at))) ? "" : text(started_at),
    version: text(version),
    ...(tags !== undefined && tagList.check(tags) === undefined && { tags: tags as string[] }),
    ...(isId(only) && { only }),
    ...(isId(part_of) && { part_of }),
  };
}

/** The live workers that take jobs. */
export function liveWorkers(store: Store): SeenWorker[] {
  return seeWorkers(store).filter((worker) => worker.alive && worker.slots > 0);
}
