/**
 * Checks that each name in a state directory is that of one job, and that each file is a job.
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
import { isHollow, isLeftBehind } from "../contents/brought_back.ts";
import { isSameJob } from "../contents/same_job.ts";
import { ifThere, pathIn, removeIfThere, type Store } from "../store/store.ts";
import { fileDistrust } from "../store/trust.ts";
import { type Examination, trustCommand } from "./examination.ts";

/** How far a clock may be behind the newest name, in milliseconds. */
const CLOCK_TOLERANCE = 5_000;

/** What the names in the state directories say. */
export interface Jobs {
  /** Where each ID was found, in the order found. */
  places: Map<string, Entry[]>;
  /** The waiting jobs that read an input. */
  withInput: Entry[];
  /** The newest time in a name, in milliseconds since 1970. */
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
  // A name without a valid ID is reported by itself.
  if (places.length < 2 || !ID_PATTERN.test(id)) return;
  const { store } = examination;
  // A job that moved meanwhile was seen twice.
  const there = places.filter((entry) => store.files.exists(pathOf(store, entry)));
  const still = there.filter((entry) => !isOnItsWay(store, entry, there));
  if (still.length < 2) return;
  examination.note(
    `${still.length} files have the ID ${JSON.stringify(id)}: ` +
      still.map(shownAs).join(" and "),
    "rename all but one of them; no job is lost meanwhile",
  );
}

/**
 * Whether a worker has given a job another name and has yet to remove this one: it does so, or
 * whoever recovers it. On a file system that machines share the name may also have come back:
 * whoever claims a waiting one finds out.
 */
function isOnItsWay(store: Store, entry: Entry, places: readonly Entry[]): boolean {
  const isShared = !store.files.isLocal(store.dir);
  const others = places.filter((other) => other !== entry && other.worker === undefined);
  if (entry.worker !== undefined) {
    const identity = (place: Entry) => store.files.stat(pathOf(store, place), "fresh")?.identity;
    const own = identity(entry);
    if (others.some((other) => identity(other) === own)) return true;
    if (isShared && isHollow(store, entry.path, entry.id)) return true;
  }
  if (!isShared || (entry.worker === undefined && !waits(entry))) return false;
  const job = readSafely(store, entry).job;
  if (job === undefined) return false;
  const jobsAt = (some: readonly Entry[]) =>
    some.flatMap((other) => readSafely(store, other).job ?? []);
  const runs = () =>
    jobsAt(places.filter(({ worker }) => worker !== undefined))
      .some((other) => isSameJob(other, job));
  return isLeftBehind(store, pathOf(store, entry), job, jobsAt(others)) ||
    (entry.worker === undefined && runs());
}

function shownAs(entry: Entry): string {
  const [state, path] = isBeingSettled(entry)
    ? ["tmp", entry.path.slice("../tmp/".length)]
    : [entry.state, entry.path];
  return `${state}/${JSON.stringify(path)}`;
}

/** Whether a job lies in tmp/ to be settled: its worker takes care of it. */
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
        // Fails if a job was dropped into it meanwhile.
        const remove = () => removeIfThere(store, pathIn(store, "pending", name));
        await examination.fix(`${shown} is an empty batch`, "removes it", remove);
      }
    } else if (!entry) {
      examination.note(
        `${shown} is not a job: its name does not end in .json`,
        name.endsWith(".in") ? "move it to input/ if it is a job's input" : "rename or move it",
      );
    } else if (state === "processing" && !WORKER_PATTERN.test(entry.worker ?? "")) {
      examination.note(
        `${shown} names no worker, so no worker will settle it`,
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

function waits({ state }: Entry): boolean {
  return state === "pending" || state === "failed";
}

/** @returns The job; `undefined` if it lies in dead/, is not a job or has moved on. */
async function checkFile(
  examination: Examination,
  entry: Entry,
): Promise<JobView | undefined> {
  const { store } = examination;
  const path = pathIn(store, entry.state, entry.path);
  const shown = shownAs(entry);
  const stat = store.files.stat(path);
  if (!stat) return;
  // Only a file has a mode to correct: chmod on a link changes its target.
  const isFile = stat.kind === "file";
  const isTrusted = fileDistrust(stat, store.owner) === undefined;
  // A file that somebody else may have written must not become trusted.
  if (isFile && isTrusted) await examination.close(shown, path, stat.mode);
  // A file that is not a job belongs in dead/; its log says why.
  if (entry.state === "dead") return;
  const { fault, job } = readSafely(store, entry);
  const never = job && waits(entry) && unmeetable(store, needsOf(job));
  if (never && store.files.exists(path)) {
    examination.note(
      `${shown} cannot run: ${unmeetableText(store, never)}`,
      `raise the limit, or change what the job needs: queuectl edit ${quotedWord(entry.id)}`,
    );
  }
  if (fault !== undefined && store.files.exists(path)) {
    if (entry.state === "processing" && isHollow(store, entry.path, entry.id)) return;
    examination.note(
      `${shown} is not a job: ${fault}`,
      waits(entry) && isFile && !isTrusted
        ? "a worker will move it to dead/; check its command, and if it is yours run: " +
          trustCommand(path, stat, store.owner)
        : waits(entry)
        ? "a worker will move it to dead/ as it is"
        : "move it to dead/",
    );
  }
  return job;
}

/** The job of an entry, or why it is not a job. */
function readSafely(store: Store, entry: Entry): { job?: JobView; fault?: string } {
  try {
    const job = readEntry(store, entry);
    const malformed = job?.malformed;
    return typeof malformed === "string" ? { fault: malformed } : { job };
  } catch (error) {
    return { fault: `it cannot be read: ${reasonWithin(error)}` };
  }
}

/** Checks that this machine's clock is not behind the newest job. */
export function checkClock(examination: Examination, { newest }: Jobs): void {
  const behind = newest - examination.store.now();
  if (behind <= CLOCK_TOLERANCE) return;
  examination.note(
    `this machine's clock is ${Math.round(behind / 1000)} s behind the newest job`,
    "set the clock, by NTP on all machines that share the queue; until then jobs may run late or out of order",
    "clock",
  );
}
