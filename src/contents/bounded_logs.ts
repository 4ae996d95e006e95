/**
 * Logs that would grow for years: `hooks.log`, and that of a worker in the background. One that is
 * full goes on as `NAME.prev`, in the place of the one before.
 *
 * @module
 */

import { readTail } from "../fs/read_tail.ts";
import { tryLockQueue } from "../store/queue_lock.ts";
import {
  ifThere,
  pathIn,
  putAside,
  removeIfThere,
  renameIfThere,
  type Store,
} from "../store/store.ts";

/** The size, in bytes, at which such a log is full. */
export const MOST_LOG = 8 * 1024 * 1024;

/** Renames hooks.log if it is full. */
export function boundHooksLog(store: Store): void {
  const log = `${store.dir}/hooks.log`;
  // Of two workers the second would replace what the first has just kept.
  using lock = tryLockQueue(store);
  if (lock && (store.files.stat(log)?.size ?? 0) > MOST_LOG) {
    // A folder in its place must not keep hooks from running.
    putAside(store, `${log}.prev`);
    renameIfThere(store, log, `${log}.prev`);
  }
}

/**
 * Empties the log of this process' worker if it is full and there is one, and keeps its last part.
 * The process has it open to append to, so a new name would change nothing.
 *
 * @param worker The worker's name.
 */
export function boundWorkerLog(store: Store, worker: string): void {
  const log = pathIn(store, "workers", `${worker}.log`);
  const stat = store.files.stat(log);
  if (stat?.kind !== "file" || stat.size <= MOST_LOG) return;
  const tail = ifThere(() => readTail(log, MOST_LOG));
  if (!tail) return;
  putAside(store, `${log}.prev`);
  removeIfThere(store, `${log}.prev`);
  store.files.create(`${log}.prev`, tail);
  Deno.truncateSync(log);
}
