/**
 * Parting a job's log from a command that may still write to it: one on a machine that was cut off,
 * whose last lines the file system takes once that machine is back.
 *
 * @module
 */

import { findLog } from "../contents/logs.ts";
import type { Settlement } from "../moves/settle.ts";
import { createLocked } from "../store/temporary_files.ts";
import {
  flush,
  pathIn,
  removeIfPossible,
  scoped,
  type Store,
  temporaryPath,
} from "../store/store.ts";

/** Larger logs stay as they are, in bytes: a copy would take long. */
const MOST_COPIED = 8 * 1024 * 1024;

/**
 * Puts a copy in the place of the log of a job that was taken over, on a file system that machines
 * share: what still arrives for the old file is in no attempt's output. The attempt ends where the
 * copy does. A disk that refuses leaves the log as it is.
 */
export async function detachLog(store: Store, { claim, job }: Settlement): Promise<void> {
  const { files } = store;
  const attempt = job.history.at(-1);
  if (attempt?.outcome !== "lost" || files.isLocal(store.dir)) return;
  const log = findLog(store, claim.id, "processing", "fresh");
  const size = log === undefined ? undefined : files.stat(log, "fresh")?.size;
  if (log === undefined || size === undefined || size > MOST_COPIED) return;
  const temporary = temporaryPath(store);
  try {
    const content = await files.readUnblocked(log);
    // This machine may know an old size.
    if (content.length < size) return;
    using _mark = scoped(createLocked(store, temporary, content));
    await flush(store, [temporary]);
    // Frozen for long, this program may be taken for dead, and another may run the job by now.
    if (!files.exists(pathIn(store, "processing", claim.name), "fresh")) return;
    files.rename(temporary, log);
    attempt.log_end = content.length;
  } catch {
    // The lines that arrive late stand before the next attempt's.
  } finally {
    removeIfPossible(store, temporary);
  }
}
