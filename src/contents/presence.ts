/**
 * How workers know of each other. A worker is a file in workers/ that it keeps locked; the kernel
 * drops the lock the instant the process dies, and whoever can take it knows.
 *
 * @module
 */

import { VERSION } from "../version.ts";
import type { FileLock } from "../fs/file_port.ts";
import { newId } from "../format/ids.ts";
import { ID_PATTERN } from "../format/names.ts";
import { newEditorName, newWorkerName } from "../format/worker_names.ts";
import { lockIfThere, NEW_SUFFIX, pathIn, removeIfThere, type Store } from "../store/store.ts";

/** What a worker says of itself in workers/WORKER.json. */
export interface WorkerInfo {
  /** Its name, `HOST-PID-RANDOM`. */
  name: string;
  /** The machine it runs on. */
  host: string;
  /** Its process there. */
  pid: number;
  /** How many jobs it runs at once. 0: not a worker but a command that repairs. */
  slots: number;
  /** ISO 8601 in UTC. */
  started_at: string;
  /** The version of queuectl that it runs. */
  version: string;
  /** The only job that it works: it is a `queuectl run`, and no worker for others. Missing if it works all. */
  only?: string;
  /** The running job that called it, and that its own job counts as part of; missing if none did. */
  part_of?: string;
}

/** A worker's own presence, held while it lives. */
export interface Presence {
  /** The worker's name. */
  readonly name: string;
  /** Whether the file is still there and still the one that is locked; if not, the worker has been declared dead. */
  holds(): boolean;
  /** Takes the file away and lets go of the lock. All the worker's jobs must be settled. */
  leave(): void;
  /** Lets go of the lock alone: whoever sees that recovers what this worker could not settle. */
  abandon(): void;
}

/** How another worker looks from here. */
export interface SeenWorker extends WorkerInfo {
  /** Whether it holds its lock. */
  alive: boolean;
}

/** The name in workers/ of a worker's presence. */
export function presenceName(worker: string): string {
  return `${worker}.json`;
}

/**
 * Arrives: makes the presence file in tmp/, locks it there, then renames it in, so that it is never
 * visible unlocked.
 *
 * @param info What to say of the worker; its `name` is made from host and process if absent.
 */
export function arrive(store: Store, info: Omit<WorkerInfo, "name"> & { name?: string }): Presence {
  const name = info.name ?? newWorkerName(info.host, info.pid);
  const temporary = pathIn(store, "tmp", name + NEW_SUFFIX);
  const path = pathIn(store, "workers", presenceName(name));
  const content = JSON.stringify({ ...info, name }, null, 2) + "\n";
  let lock: FileLock | undefined;
  try {
    store.files.create(temporary, new TextEncoder().encode(content));
    lock = store.files.tryLock(temporary);
    if (!lock) throw new Error(`${temporary} is locked by another process`);
    store.files.renameNew(temporary, path);
  } catch (error) {
    lock?.release();
    removeIfThere(store, temporary);
    throw error;
  }
  const held = lock;
  return {
    name,
    holds: () => store.files.stat(path)?.identity === held.identity,
    leave() {
      try {
        removeIfThere(store, stopPath(store, name));
        takeCancelRequests(store, name);
        if (store.files.stat(path)?.identity === held.identity) removeIfThere(store, path);
      } finally {
        held.release();
      }
    },
    abandon: () => held.release(),
  };
}

/**
 * Makes a program live that changes a job: it has the job as a worker has one that it runs.
 *
 * @param held Whether the job is held, and is to be again should this program die.
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
  const names: string[] = [];
  for (const { name, kind } of store.files.list(pathIn(store, "workers"))) {
    if (kind === "file" && name.endsWith(".json") && !name.startsWith(".")) {
      names.push(name.slice(0, -".json".length));
    }
  }
  return names.sort();
}

/**
 * Takes a dead worker's lock.
 *
 * @returns The lock, or `undefined` if the worker lives, is being recovered, or is gone.
 */
export function lockDeadWorker(store: Store, worker: string): FileLock | undefined {
  // Between the opening and the lock another may have recovered the worker and removed the file.
  return lockIfThere(store, pathIn(store, "workers", presenceName(worker)));
}

/** Whether a worker has a presence file, dead or alive. */
export function hasPresence(store: Store, worker: string): boolean {
  return store.files.exists(pathIn(store, "workers", presenceName(worker)));
}

/**
 * Makes a presence file that nobody locks, for a worker whose own is gone though jobs of its remain: so its lock
 * can be taken, and only one recovers it.
 */
export function markDead(store: Store, worker: string): void {
  // A name of its own: no leftover of an earlier try may put off the recovery.
  const temporary = pathIn(store, "tmp", `${worker}-${newId()}${NEW_SUFFIX}`);
  const info = { ...UNKNOWN, name: worker };
  try {
    store.files.create(temporary, new TextEncoder().encode(JSON.stringify(info, null, 2) + "\n"));
    store.files.renameNew(temporary, pathIn(store, "workers", presenceName(worker)));
  } catch (error) {
    removeIfThere(store, temporary);
    // Another is doing the same.
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

/** Removes what is left of a worker that has been recovered. Its lock must be held. */
export function removePresence(store: Store, worker: string): void {
  removeIfThere(store, stopPath(store, worker));
  takeCancelRequests(store, worker);
  removeIfThere(store, pathIn(store, "workers", presenceName(worker)));
}

/** All workers that have a presence file, and whether each is alive. */
export function seeWorkers(store: Store): SeenWorker[] {
  const seen: SeenWorker[] = [];
  for (const name of workerNames(store)) {
    const path = pathIn(store, "workers", presenceName(name));
    try {
      const info = parsePresence(store.files.read(path));
      const lock = store.files.tryLock(path);
      lock?.release();
      seen.push({ ...info, name, alive: lock === undefined });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return seen;
}

/** What is said of a worker whose file says nothing. */
const UNKNOWN = { host: "", pid: 0, slots: 0, started_at: "", version: "" };

/** What a worker's file says, as far as it is what a worker writes. */
function parsePresence(content: Uint8Array): Omit<WorkerInfo, "name"> {
  let info: Record<string, unknown> | null;
  try {
    info = JSON.parse(new TextDecoder().decode(content));
  } catch {
    return UNKNOWN;
  }
  const { host, pid, slots, started_at, version, only, part_of } = info ?? {};
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
    ...(isId(only) && { only }),
    ...(isId(part_of) && { part_of }),
  };
}

/** The file that asks a worker to stop; from any machine. */
export function stopPath(store: Store, worker: string): string {
  return pathIn(store, "workers", `${worker}.stop`);
}

/**
 * Asks a worker to stop.
 *
 * @param now Whether it is to kill what runs and put it back, rather than finish it.
 */
export function requestStop(store: Store, worker: string, now: boolean): void {
  // Written elsewhere and renamed in, so that the worker never reads half of it; and over an
  // earlier request, which a stronger one replaces. An empty one also fits on most full disks.
  const temporary = pathIn(store, "tmp", `${newWorkerName("stop", 0)}${NEW_SUFFIX}`);
  store.files.create(temporary, new TextEncoder().encode(now ? "now\n" : ""));
  store.files.rename(temporary, stopPath(store, worker));
}

/** Asks a worker to end a job that it runs, for good. */
export function requestCancel(store: Store, worker: string, id: string): void {
  const path = pathIn(store, "workers", `${worker}.cancel.${id}`);
  store.files.append(path, new Uint8Array());
}

/** Takes the requests to end jobs that a worker has been sent. */
export function takeCancelRequests(store: Store, worker: string): string[] {
  const ids: string[] = [];
  for (const { name } of [...store.files.list(pathIn(store, "workers"))]) {
    if (!name.startsWith(`${worker}.cancel.`)) continue;
    if (!removeIfThere(store, pathIn(store, "workers", name))) continue;
    ids.push(name.slice(`${worker}.cancel.`.length));
  }
  return ids;
}

/** What a worker has been asked: to stop, to stop at once, or nothing. */
export function stopRequested(store: Store, worker: string): "stop" | "now" | undefined {
  const path = stopPath(store, worker);
  if (!store.files.stat(path)) return undefined;
  const text = new TextDecoder().decode(store.files.read(path)).trim();
  return text === "now" ? "now" : "stop";
}

/** The workers that live and take jobs. */
export function liveWorkers(store: Store): SeenWorker[] {
  return seeWorkers(store).filter((worker) => worker.alive && worker.slots > 0);
}
