/**
 * The moves that put a claimed job back which did not run here: uncharged, its content as it was.
 *
 * @module
 */

import { basename } from "@std/path/posix/basename";
import type { Job } from "../format/job.ts";
import { type EntryName, type JobState, waitingName } from "../format/names.ts";
import { pathIn, renameNew, type Store } from "../store/store.ts";
import { QueueError } from "../text/errors.ts";

/** When a name is looked at again whose job is another's too, in milliseconds. */
const LATER = 30_000;

/**
 * Puts a claimed job back under a name that says where it may run: ready since a time, or a little
 * later if that name is taken.
 *
 * @param from The path of its file.
 * @param ready Since when it is ready, and with which priority.
 */
export function putBackReady(
  store: Store,
  from: string,
  state: JobState,
  { time, priority, id }: Pick<EntryName, "time" | "priority" | "id">,
  job: Job,
): void {
  for (let ready = time;; ready++) {
    const name = waitingName(ready, priority, id, job);
    if (renameNew(store, from, pathIn(store, state, name)) !== "taken") return;
  }
}

/**
 * Puts a claimed job back that is another's too, as a name came back: by the time that this name is
 * ready again, the other may have ended. It is never removed, as the other's name may be, by
 * whoever recovers it and takes this one for the job.
 */
export function putBackForLater(
  store: Store,
  { state, priority }: { state: JobState; priority: number },
  { id, name, job }: { id: string; name: string; job: Job },
): void {
  const time = store.now() + LATER;
  putBackReady(store, pathIn(store, "processing", name), state, { time, priority, id }, job);
}

/**
 * Puts a claimed job back that cannot run yet, under its old name.
 *
 * @param from The entry that was claimed.
 * @returns Its path below its state's directory, or `undefined` if it was taken away.
 */
export function putBackUnrun(
  store: Store,
  from: { state: JobState; path: string },
  { id, name: claimed, job }: { id: string; name: string; job: Job },
): string | undefined {
  const source = pathIn(store, "processing", claimed);
  const own = basename(from.path);
  for (const path of [from.path, own, waitingName(Date.parse(job.run_at), job.priority, id, job)]) {
    const result = renameNew(store, source, pathIn(store, from.state, path));
    if (result === "renamed") return path;
    // Taken by a file dropped meanwhile; or gone is the batch, or the job itself.
    if (result === "gone" && !store.files.exists(source)) return undefined;
  }
  throw new QueueError(`cannot put job ${id} back: another file has its name`);
}
