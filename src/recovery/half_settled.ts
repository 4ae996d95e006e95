/**
 * What a dead worker had begun to settle: see settle.ts for the steps. Its lock must be held.
 *
 * A power cut can undo any step that was not flushed, and bring back names that were removed. So
 * recovery believes a file of such a step only if the job lies nowhere else, or elsewhere only in
 * an older version.
 *
 * @module
 */

import { readJobFile } from "../contents/entries.ts";
import { shareInput } from "../contents/inputs.ts";
import type { Job } from "../format/job.ts";
import { logName, ownLine } from "../contents/logs.ts";
import { freshIdLike } from "../format/ids.ts";
import { formatMeantName, parseEntryName, parseMeantName } from "../format/names.ts";
import {
  findPlaces,
  flushRemovals,
  hasGoneOn,
  isSameJob,
  type Place,
  removeStale,
} from "../contents/same_job.ts";
import type { JobRun } from "../process/survivors.ts";
import type { Settlement } from "../moves/settle.ts";
import {
  flush,
  ifThere,
  pathIn,
  removeIfThere,
  renameIfThere,
  type Store,
} from "../store/store.ts";

/**
 * A file of a job that was being settled: in tmp/, or in processing/ as it ran, where the file
 * system does not keep a rename as one.
 */
interface Trace {
  /** Where it lies. */
  directory: "tmp" | "processing";
  /** Its name. */
  name: string;
  /** The job's ID. */
  id: string;
  /** The worker that settles it. */
  worker: string;
  /** What the job is meant to become; `undefined`: the file is the job as it ran. */
  meant?: NonNullable<ReturnType<typeof parseMeantName>>;
  /** When the job was claimed; 0 in a file that says what is meant. */
  time: number;
  /** The file's content; `undefined` if it is torn or not a job. */
  job?: Job;
}

/**
 * Takes over the jobs that a dead worker had begun to settle. Those whose result it had not written
 * down lie in processing/ afterwards.
 *
 * @param worker The dead worker.
 * @param by The new owner of the jobs.
 * @param takenOver Gets each job with a written result as soon as it is ours, so that none is lost
 * when the disk refuses the next.
 * @returns Removes torn results of jobs in processing/: to be called once those are somebody's.
 */
export async function takeOverSettling(
  store: Store,
  worker: string,
  by: string,
  takenOver: Settlement[],
): Promise<() => void> {
  const traces = readTraces(store, worker);
  const own = traces.filter((trace) => trace.worker === worker);
  const torn: Trace[] = [];
  if (own.length === 0) return () => {};
  const changed = new Set<string>();
  const elsewhere = dropStaleNames(
    store,
    findPlaces(store, new Set(own.map((trace) => trace.id)), false),
    own,
    changed,
  );
  await flushRemovals(store, changed);
  const isLeftOver = (trace: Trace, running?: Trace) =>
    elsewhere.some((place) =>
      isSame(trace, place.job) && !isOlderCopy(place, trace) &&
      (!running || place.path !== pathIn(store, running.directory, running.name))
    ) ||
    traces.some((other) => other.job && isSame(trace, other.job) && supersedes(other, trace));

  for (const trace of own.filter(({ meant }) => meant)) {
    const path = pathIn(store, "tmp", trace.name);
    const running = own.find((other) => other.id === trace.id && isPair(other, trace));
    if (isLeftOver(trace, running)) removeIfThere(store, path);
    // Should the worker live after all, it may be writing this, and then remove the other.
    else if (!trace.job && running?.directory === "processing") torn.push(trace);
    else if (!trace.job) {
      // Torn: the job's earlier file is still somewhere, unless flushing is turned off.
      const isSomewhere = elsewhere.some(({ entry }) => entry.id === trace.id) ||
        traces.some((other) => other.id === trace.id && other.job);
      if (isSomewhere) removeIfThere(store, path);
      else await buryTorn(store, trace);
    } else if (running) {
      // Whoever gets the running file settles the job, should the worker live after all. The result
      // is then written anew, under our own name.
      const source = pathIn(store, running.directory, running.name);
      const target = pathIn(store, "processing", ours(running.name, worker, by));
      if (!renameIfThere(store, source, target)) continue;
      takenOver.push(settlementOf(trace, trace.job, ours(running.name, worker, by), by));
      removeIfThere(store, path);
    } else {
      const target = formatMeantName(trace.meant!.final, by, trace.meant!.state);
      if (!renameIfThere(store, path, pathIn(store, "tmp", target))) continue;
      takenOver.push(settlementOf(trace, trace.job, "", by, "owned"));
    }
  }
  for (const trace of own.filter(({ meant, directory }) => !meant && directory === "tmp")) {
    const path = pathIn(store, "tmp", trace.name);
    if (isLeftOver(trace)) removeIfThere(store, path);
    else renameIfThere(store, path, pathIn(store, "processing", trace.name));
  }
  return () => {
    for (const trace of torn) {
      // If it is whole now, the worker lives and has ended the job.
      if (!readTrace(store, trace)) removeIfThere(store, pathIn(store, "tmp", trace.name));
    }
  };
}

/**
 * The runs that a dead worker had begun to settle, and those of them whose result it has not
 * written down: they are lost.
 */
export function begunSettling(store: Store, worker: string): { names: string[]; lost: JobRun[] } {
  const own = readTraces(store, worker).filter((trace) => trace.worker === worker);
  const isWritten = (taken: Trace) =>
    own.some((other) => other.job && other.id === taken.id && isPair(taken, other));
  const taken = own.filter((trace) => !trace.meant);
  return {
    names: taken.map(({ name }) => name),
    lost: taken.filter((trace) => !isWritten(trace))
      .map(({ id, job }) => ({ id, attempt: job && job.history.length + 1 })),
  };
}

/** The name of a job in processing/ or tmp/ once it has changed hands. */
export function ours(name: string, worker: string, by: string): string {
  return name.replace(`@${worker}.json`, () => `@${by}.json`);
}

function settlementOf(
  { id, meant }: Trace,
  job: Job,
  name: string,
  by: string,
  progress?: Settlement["progress"],
): Settlement {
  return {
    claim: { id, name, time: 0, worker: by, job, logOffset: 0 },
    job,
    state: meant!.state,
    readyAt: parseEntryName(meant!.final)!.time,
    progress,
  };
}

/**
 * The files in tmp/, of any worker, of all jobs that one worker had begun to settle; and those in
 * processing/ that are its own.
 */
function readTraces(store: Store, worker: string): Trace[] {
  const traces: Trace[] = [];
  const directory = "tmp";
  for (const { name } of store.files.list(pathIn(store, directory))) {
    const meant = parseMeantName(name);
    const entry = parseEntryName(name);
    if (meant) traces.push({ directory, name, id: meant.id, worker: meant.worker, meant, time: 0 });
    else if (entry?.worker) {
      traces.push({ directory, name, id: entry.id, worker: entry.worker, time: entry.time });
    }
  }
  const ids = new Set(traces.filter((trace) => trace.worker === worker).map((trace) => trace.id));
  if (ids.size === 0) return [];
  for (const { name } of store.files.list(pathIn(store, "processing"))) {
    const entry = parseEntryName(name);
    if (entry?.worker !== worker || !ids.has(entry.id)) continue;
    traces.push({ directory: "processing", name, id: entry.id, worker, time: entry.time });
  }
  const wanted = traces.filter((trace) => ids.has(trace.id));
  for (const trace of wanted) trace.job = readTrace(store, trace);
  return wanted;
}

function readTrace(store: Store, { directory, name, id }: Trace): Job | undefined {
  const path = pathIn(store, directory, name);
  const stat = store.files.stat(path);
  return stat && ifThere(() => readJobFile(store, path, stat, id).job);
}

/**
 * Removes names in pending/ and failed/ of jobs whose result is written down: a power cut brought
 * them back.
 *
 * @param changed Gets the directories that changed.
 * @returns The other places, and those whose job somebody has just claimed.
 */
function dropStaleNames(
  store: Store,
  places: readonly Place[],
  traces: readonly Trace[],
  changed: Set<string>,
): Place[] {
  return places.filter(({ entry: { state }, job, path }) => {
    if (state !== "pending" && state !== "failed") return true;
    const hasResult = traces.some((trace) => trace.meant && trace.job && hasGoneOn(trace.job, job));
    return !hasResult || !removeStale(store, path, changed);
  });
}

/**
 * Whether a place is the dead worker's own earlier version of the job: recovery comes to it next.
 */
function isOlderCopy({ entry, job }: Place, trace: Trace): boolean {
  return entry.state === "processing" && entry.worker === trace.worker &&
    trace.job !== undefined && hasGoneOn(trace.job, job);
}

function isSame(trace: Trace, job: Job): boolean {
  return trace.job !== undefined && isSameJob(trace.job, job);
}

/** Whether two files are the job as it ran and its result: they differ by at most one attempt. */
function isPair(taken: Trace, meant: Trace): boolean {
  if (taken.meant || !meant.meant || taken.worker !== meant.worker) return false;
  const added = (meant.job?.history.length ?? 0) - (taken.job?.history.length ?? 0);
  return added === 0 || added === 1;
}

/** Whether the first of two files in tmp/ makes the second a leftover of an earlier attempt. */
function supersedes(other: Trace, trace: Trace): boolean {
  if (other === trace || isPair(other, trace) || isPair(trace, other)) return false;
  const attempt = ({ job, meant }: Trace) => job!.history.length + (meant ? 0 : 1);
  const later = attempt(other) - attempt(trace);
  if (later !== 0) return later > 0;
  // Of one attempt the later claim counts, and a running file before a result: see
  // takeOverSettling.
  if (!other.meant && !trace.meant) return other.time > trace.time;
  return !other.meant && trace.meant !== undefined;
}

/** Moves a torn result without an earlier version to dead/: flushing was turned off. */
async function buryTorn(store: Store, { name, id }: Trace): Promise<void> {
  const fresh = freshIdLike(id);
  using _shared = await shareInput(store, id, fresh);
  const log = pathIn(store, "dead", logName(fresh));
  store.files.append(log, ownLine(`the file of job ${id} was cut off; its content is lost`));
  renameIfThere(store, pathIn(store, "tmp", name), pathIn(store, "dead", `${fresh}.json`));
  await flush(store, [log, pathIn(store, "dead")]);
}
