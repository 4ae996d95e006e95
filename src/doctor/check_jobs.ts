/**
 * Whether each name in a state directory is that of one job, and each file is a job.
 *
 * @module
 */

import { quotedWord } from "../text/shown_text.ts";
import { entries, type Entry, readEntry } from "../contents/entries.ts";
import { reasonWithin } from "../text/errors.ts";
import type { JobView } from "../format/job.ts";
import { timeOfId } from "../format/ids.ts";
import {
  ID_PATTERN,
  JOB_STATES,
  type JobState,
  parseBatchName,
  parseEntryName,
} from "../format/names.ts";
import { WORKER_PATTERN } from "../format/worker_names.ts";
import { needsOf, unmeetable, unmeetableText } from "../constraints/needs.ts";
import { ifThere, pathIn, removeIfThere, type Store } from "../store/store.ts";
import { fileDistrust } from "../store/trust.ts";
import type { Examination } from "./examination.ts";

/** A clock this far behind the newest name, in milliseconds, is wrong rather than late. */
const CLOCK_TOLERANCE = 5_000;

/** Where each ID was found; the newest of all that names tell of times. */
export interface Jobs {
  /** The places of each ID, in the order in which they were seen. */
  places: Map<string, Entry[]>;
  /** Those that wait and are to read an input. */
  withInput: Entry[];
  /** In milliseconds since 1970. */
  newest: number;
}

/** Checks each job, and that no two have one ID. */
export async function checkJobs(examination: Examination): Promise<Jobs> {
  const { store } = examination;
  const jobs: Jobs = { places: new Map(), withInput: [], newest: 0 };
  for (const state of JOB_STATES) {
    await checkNames(examination, state);
    for (const entry of entries(store, state)) {
      const places = jobs.places.get(entry.id);
      if (places) places.push(entry);
      else jobs.places.set(entry.id, [entry]);
      const claimed = state === "processing" ? entry.time : 0;
      jobs.newest = Math.max(jobs.newest, claimed, timeOfId(entry.id) ?? 0);
      if (isBeingSettled(entry)) continue;
      const job = await checkFile(examination, entry);
      if (waits(entry) && job?.stdin === true) jobs.withInput.push(entry);
    }
  }
  for (const [id, places] of jobs.places) checkPlaces(examination, id, places);
  return jobs;
}

function checkPlaces(examination: Examination, id: string, places: readonly Entry[]): void {
  // What has no ID is told of by itself.
  if (places.length < 2 || !ID_PATTERN.test(id)) return;
  const { store } = examination;
  // Seen at two places may only mean that it moved while we looked.
  const still = places.filter((entry) => store.files.exists(pathOf(store, entry)));
  if (still.length < 2) return;
  examination.note(
    `the ID ${JSON.stringify(id)} is there ${still.length} times: ` +
      still.map(shownAs).join(" and "),
    "rename all but one of the files; none of them is lost meanwhile",
  );
}

function shownAs(entry: Entry): string {
  const [state, path] = isBeingSettled(entry)
    ? ["tmp", entry.path.slice("../tmp/".length)]
    : [entry.state, entry.path];
  return `${state}/${JSON.stringify(path)}`;
}

/** Whether a job lies in tmp/ to be settled: whoever settles it sees to it. */
function isBeingSettled({ path }: Entry): boolean {
  return path.startsWith("../");
}

function pathOf(store: Store, entry: Entry): string {
  return isBeingSettled(entry)
    ? `${store.dir}/${entry.path.slice("../".length)}`
    : pathIn(store, entry.state, entry.path);
}

async function checkNames(examination: Examination, state: JobState): Promise<void> {
  const { store } = examination;
  for (const { name, kind } of store.files.list(pathIn(store, state))) {
    if (name.startsWith(".") || name.endsWith(".log")) continue;
    const shown = `${state}/${JSON.stringify(name)}`;
    const entry = parseEntryName(name);
    if (kind === "directory" && state === "pending" && parseBatchName(name)) {
      if (isEmpty(store, name)) {
        const remove = () => removeEmpty(store, name);
        await examination.mend(`${shown} is an empty batch`, "removes it", remove);
      }
    } else if (!entry) {
      examination.note(
        `${shown} is not a job: its name does not end in .json`,
        name.endsWith(".in") ? "move it to input/ if it is a job's input" : "rename or move it",
      );
    } else if (state === "processing" && !WORKER_PATTERN.test(entry.worker ?? "")) {
      examination.note(
        `${shown} names no worker, so none will ever settle it`,
        "move it to pending/ to have it run",
      );
    }
  }
}

function isEmpty(store: Store, batch: string): boolean {
  return ifThere(() => {
    for (const _ of store.files.list(pathIn(store, "pending", batch))) return false;
    return true;
  }) ?? false;
}

function removeEmpty(store: Store, batch: string): void {
  if (isEmpty(store, batch)) removeIfThere(store, pathIn(store, "pending", batch));
}

function waits({ state }: Entry): boolean {
  return state === "pending" || state === "failed";
}

/** @returns The job, unless it lies in dead/, is none or has moved on. */
async function checkFile(
  examination: Examination,
  entry: Entry,
): Promise<JobView | undefined> {
  const { store } = examination;
  const path = pathIn(store, entry.state, entry.path);
  const shown = shownAs(entry);
  const stat = store.files.stat(path);
  if (!stat) return;
  const isTrusted = fileDistrust(stat, store.owner) === undefined;
  // What somebody else may have written is not made to be believed.
  if (stat.kind === "file" && isTrusted && (stat.mode & 0o022) !== 0) {
    await examination.mend(
      `${shown} can be written by group or others (mode ${stat.mode.toString(8)})`,
      "sets mode 600",
      () => ifThere(() => store.files.setMode(path, 0o600)),
    );
  }
  // In dead/ is where a file that is no job belongs; its log says why.
  if (entry.state === "dead") return;
  const { fault, job } = readSafely(store, entry);
  const never = job && waits(entry) && unmeetable(store, needsOf(job));
  if (never && store.files.exists(path)) {
    examination.note(
      `${shown} cannot run: ${unmeetableText(store, never)}`,
      `set as many places, or change what the job needs: queuectl edit ${quotedWord(entry.id)}`,
    );
  }
  if (fault !== undefined && store.files.exists(path)) {
    examination.note(
      `${shown} is not a job: ${fault}`,
      waits(entry) && !isTrusted
        ? "a worker will move it to dead/; look at what it runs, and close it if it is yours: chmod 600"
        : waits(entry)
        ? "a worker will move it to dead/ as it is"
        : "move it to dead/",
    );
  }
  return job;
}

/** The job of an entry, if it is one, or why it is none. */
function readSafely(store: Store, entry: Entry): { job?: JobView; fault?: string } {
  try {
    const job = readEntry(store, entry);
    const malformed = job?.malformed;
    return typeof malformed === "string" ? { fault: malformed } : { job };
  } catch (error) {
    return { fault: `it cannot be read: ${reasonWithin(error)}` };
  }
}

/** Checks that this machine's clock is not behind the newest job's. */
export function checkClock(examination: Examination, { newest }: Jobs): void {
  const behind = newest - examination.store.now();
  if (behind <= CLOCK_TOLERANCE) return;
  examination.note(
    `this machine's clock runs ${Math.round(behind / 1000)} s behind the newest job's`,
    "set the clocks of all machines that share the queue by NTP; until then jobs may run late or out of order",
    "clock",
  );
}
