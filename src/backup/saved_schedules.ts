/**
 * Schedules as a backup has them: none is in the hands of a worker.
 *
 * @module
 */

import { isObject } from "../format/field_checks.ts";
import { madeJobFile, parseScheduleFile, scheduleFile } from "../schedules/schedule.ts";
import { listIfThere, pathIn, readIfThere, type Store } from "../store/store.ts";

/** A file of a backup. */
interface SavedFile {
  readonly path: string;
  readonly content: Uint8Array;
  readonly mtime?: number;
}

/** How often to look: a schedule that is renamed during a look can be missed, or be gone. */
const LOOKS = 5;

/**
 * Yields the schedules of a queue, and the jobs that were made for their times and are not added
 * yet.
 *
 * @param isAdded Whether a job is in the backup: it is not to be added once more.
 */
export function* savedSchedules(
  store: Store,
  isAdded: (id: string) => boolean,
): Generator<SavedFile> {
  const saved = new Set<string>();
  for (let look = 0; look < LOOKS; look++) {
    for (const { name: file, kind } of [...listIfThere(store, pathIn(store, "schedules"))]) {
      const entry = kind === "file" ? parseScheduleFile(file) : undefined;
      if (!entry || saved.has(entry.name)) continue;
      const content = readIfThere(store, pathIn(store, "schedules", file));
      if (!content) continue;
      saved.add(entry.name);
      yield { path: `schedules/${scheduleFile(entry.name, entry.time)}`, content };
      // Without it the job counts as added.
      const made = madeJobFile(entry);
      const job = readIfThere(store, pathIn(store, "schedules", made));
      const id = job && idIn(job);
      if (job && id !== undefined && !isAdded(id)) {
        yield { path: `schedules/${made}`, content: job };
      }
    }
  }
}

function idIn(content: Uint8Array): string | undefined {
  try {
    const job: unknown = JSON.parse(new TextDecoder().decode(content));
    return isObject(job) && typeof job.id === "string" ? job.id : undefined;
  } catch {
    return undefined;
  }
}
