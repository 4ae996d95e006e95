/**
 * Finding a job wherever it is, even while it moves.
 *
 * The room: reads the queue for people and programs, and changes nothing.
 *
 * @module
 */

import { entries, type Entry, entryPath, nameOf } from "../contents/entries.ts";
import { readProgress } from "../contents/job_output_files.ts";
import { entriesOf, matchingEntries } from "../contents/listing.ts";
import { findLog } from "../contents/logs.ts";
import type { JobView } from "../format/job.ts";
import { type Division, ID_PATTERN, type JobState } from "../format/names.ts";
import { DEFAULTS } from "../format/settings.ts";
import type { Progress } from "../format/progress.ts";
import type { OpenQueue, Store } from "../store/store.ts";
import { MissingError, QueueError } from "../text/errors.ts";
import { readBriefly } from "./brief_view.ts";
import { jobView } from "./job_view.ts";
import { divisionOf } from "./name_scan.ts";

/** A text that several jobs' IDs begin or end with. */
export class AmbiguousIdError extends QueueError {
  /**
   * Makes the error.
   *
   * @param message One sentence for the user.
   * @param matches The jobs that the text could mean.
   */
  constructor(message: string, readonly matches: readonly { id: string; state: JobState }[]) {
    super(message);
  }
}

/** The job with this ID, whole and exact, or `undefined`. */
export function jobWithId(store: Store, id: string): JobView | undefined {
  return whileMoving(() => {
    const [entry] = entriesOf(store, [id]);
    return entry && jobView(store, entry);
  });
}

/** Where a job is. */
export interface JobPlace {
  /** Its state. */
  state: JobState;
  /** Why it waits in pending/ without being ready. */
  division?: Division;
  /** The path of its file. */
  path: string;
  /** The worker that runs it, if one does. */
  worker?: string;
  /** Its command; empty if it cannot be read. */
  command: string;
}

/**
 * Where some jobs are, by one look at the queue's names; those that are missing are left out. Lists
 * no ended jobs.
 *
 * @param ids Their whole IDs.
 */
export function placesOf({ store }: OpenQueue, ids: readonly string[]): Map<string, JobPlace> {
  const places = new Map<string, JobPlace>();
  for (const entry of entriesOf(store, ids)) {
    const { state, worker } = entry;
    const command = readBriefly(store, entry)?.command ?? "";
    const path = entryPath(store, entry);
    const division = state === "pending" ? divisionOf(nameOf(entry.path), store.now()) : undefined;
    places.set(entry.id, {
      ...{ state, path, command },
      ...(division && { division }),
      ...(worker !== undefined && { worker }),
    });
  }
  return places;
}

/**
 * The entry of the job with this ID, whole and exact.
 *
 * @param seen Where it was seen last: one look there can save a look at all names.
 * @throws {QueueError} If there is none.
 */
export function entryWithId(store: Store, id: string, seen?: Entry): Entry {
  if (seen && store.files.exists(entryPath(store, seen), "fresh")) return seen;
  const entry = whileMoving(() => matchingEntries(store, id).find((match) => match.id === id));
  if (!entry) throw new MissingError(`no job ${id} (${adviceFor(store)})`);
  return entry;
}

/**
 * The one job that a text means: its ID, a beginning of it, or an end of it of 4 characters or
 * more.
 *
 * @throws {QueueError} If no job matches.
 * @throws {AmbiguousIdError} If several do.
 */
export function findJob(store: Store, text: string): JobView {
  const job = whileMoving(() => {
    const matches = matchingEntries(store, text);
    if (matches.length > 1) throw ambiguous(text, matches);
    return matches[0] && jobView(store, matches[0]);
  });
  if (!job) throw new MissingError(`no job matches "${text}" (${adviceFor(store)})`);
  return job;
}

/** Where to look for a job that is missing; workers may have removed it if somebody set that. */
function adviceFor({ config }: Store): string {
  const set = (["keep_done", "keep_dead"] as const)
    .filter((key) => config[key] !== null && config[key] !== DEFAULTS[key])
    .map((key) => `${key} is ${config[key]}`);
  const removed = set.length > 0 ? `; it may have been removed: ${set.join(", ")}` : "";
  return `see: queuectl list${removed}`;
}

/** Looks up to three times: a job that moves meanwhile can be missed once, hardly three times. */
function whileMoving<T>(look: () => T | undefined): T | undefined {
  for (let tries = 0; tries < 3; tries++) {
    const found = look();
    if (found !== undefined) return found;
  }
}

function ambiguous(text: string, matches: readonly Entry[]): AmbiguousIdError {
  const shown = matches.slice(0, 8).map(({ id, state }) => `${id} (${state})`);
  if (matches.length > 8) shown.push(`and ${matches.length - 8} more`);
  return new AmbiguousIdError(
    `"${text}" could mean ${shown.join(", ")}; give more of the ID`,
    matches.map(({ id, state }) => ({ id, state })),
  );
}

/** The path of a job's log, or `undefined` if it has printed nothing yet. */
export function logPathOf(store: Store, id: string): string | undefined {
  if (!ID_PATTERN.test(id)) return undefined;
  return whileMoving(() => findLog(store, id, "done"));
}

/**
 * How far a running job says that it has come. Looks only at running jobs, however many wait.
 *
 * @param id Its whole ID.
 */
export function progressOf({ store }: OpenQueue, id: string): Progress | undefined {
  for (const entry of entries(store, "processing")) {
    if (entry.id === id && entry.worker) return readProgress(store, entry.worker, id);
  }
}
