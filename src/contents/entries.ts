/**
 * Which jobs a queue has, by name, and reading their files.
 *
 * The room: what lies in a queue: jobs by name, logs, inputs, history, live workers.
 *
 * @module
 */

import { forgetLastEnd, type JobView, MAX_GROWN_BYTES } from "../format/job.ts";
import {
  type EntryName,
  isJobName,
  type JobState,
  parseBatchName,
  parseEntryName,
  parseMeantName,
} from "../format/names.ts";
import { parseJob } from "../format/parse_job.ts";
import type { FileStat } from "../fs/file_port.ts";
import { ifThere, listIfThere, pathIn, removeIfPossible, type Store } from "../store/store.ts";
import { fileDistrust } from "../store/trust.ts";

/** A job in a state directory, known by its name alone. */
export interface Entry extends EntryName {
  /** The directory it lies in. */
  state: JobState;
  /** Its path below that directory: `NAME`, or in pending/ also `BATCH/NAME`. */
  path: string;
}

/**
 * Yields the jobs of a state by their names, batches included, in no order; reads as it goes.
 * `processing` includes jobs that are being settled: for a moment they lie in tmp/, in no state
 * directory.
 */
export function* entries(store: Store, state: JobState): Generator<Entry> {
  const running = new Set<string>();
  for (const path of jobPaths(store, state)) {
    const entry = entryAt(state, path);
    if (state === "processing") running.add(entry.id);
    yield entry;
  }
  if (state !== "processing") return;
  for (const entry of settlingEntries(store)) if (!running.has(entry.id)) yield entry;
}

/**
 * Yields the paths of a state's job files below its directory, batches included, in no order:
 * cheaper than {@linkcode entries} for a caller that parses few of a million names. Jobs that are
 * being settled are left out.
 */
export function* jobPaths(store: Store, state: JobState): Generator<string> {
  // The names of batches, in pending/, have no ending.
  const ending = state === "pending" ? undefined : ".json";
  for (const { name, kind } of store.files.list(pathIn(store, state), ending)) {
    if (kind === "directory" && state === "pending" && parseBatchName(name)) {
      yield* batchPaths(store, name);
    } else if (isJobName(name)) yield name;
  }
}

/** The path of an entry's file. */
export function entryPath(store: Store, { state, path }: Entry): string {
  return path.startsWith("../")
    ? `${store.dir}/${path.slice("../".length)}`
    : pathIn(store, state, path);
}

/** The entry at a path that {@linkcode jobPaths} gave. */
export function entryAt<State extends JobState>(
  state: State,
  path: string,
): Entry & { state: State } {
  return { ...parseEntryName(nameOf(path))!, state, path };
}

/**
 * The same text in memory of its own. A name from a directory is a slice of the whole listing; one
 * that is kept would keep all of that.
 */
export function standalone(text: string): string {
  return (" " + text).slice(1);
}

/** The name at the end of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/**
 * How a job has ended, on whatever machine; `undefined` if it has not, or is missing. Others are
 * released, refused or removed because of the answer, so nothing that is remembered counts.
 */
export function endOf(store: Store, id: string): "done" | "dead" | undefined {
  return (["done", "dead"] as const).find((state) =>
    store.files.exists(pathIn(store, state, `${id}.json`), "fresh")
  );
}

/** Yields the jobs of a batch; none if it is gone, or is a mere file or link of a batch's name. */
export function* batchEntries(
  store: Store,
  batch: string,
): Generator<Entry & { state: "pending" }> {
  for (const path of batchPaths(store, batch)) yield entryAt("pending", path);
}

function* batchPaths(store: Store, batch: string): Generator<string> {
  const folder = pathIn(store, "pending", batch);
  if (store.files.stat(folder)?.kind !== "directory") return;
  for (const { name } of listIfThere(store, folder)) if (isJobName(name)) yield `${batch}/${name}`;
}

/** Removes the batch that a job lay in, unless other jobs are left in it. */
export function dropEmptyBatch(store: Store, { state, path }: Entry): void {
  const slash = path.indexOf("/");
  if (slash >= 0) removeIfPossible(store, pathIn(store, state, path.slice(0, slash)));
}

/**
 * Jobs that are being settled: first under the name that they had in processing/, or still there;
 * then only under the one that says where they go.
 */
export function* settlingEntries(store: Store): Generator<Entry> {
  const meant = new Map<string, Entry>();
  const taken = new Set<string>();
  for (const { name } of store.files.list(pathIn(store, "tmp"))) {
    const path = `../tmp/${name}`;
    const entry = parseEntryName(name);
    if (entry?.worker) {
      yield { ...entry, state: "processing", path };
      taken.add(entry.id);
      continue;
    }
    const target = parseMeantName(name);
    if (!target) continue;
    const { id, priority, time } = parseEntryName(target.final)!;
    const { worker } = target;
    meant.set(id, { id, priority, time, worker, bare: false, state: "processing", path });
  }
  for (const entry of meant.values()) if (!taken.has(entry.id)) yield entry;
}

/** Whether a worker owns any job: running, or being settled. */
export function holdsJobs(store: Store, worker: string): boolean {
  return entries(store, "processing").some((entry) => entry.worker === worker);
}

/** Reads a job's file, if it can be one. Never blocks, follows no link, reads no huge file. */
export function readJobFile(
  store: Store,
  path: string,
  stat: FileStat,
  id: string,
): ReturnType<typeof parseJob> {
  const fault = fileFault(store, stat);
  if (fault) return { fault };
  let content: Uint8Array;
  try {
    content = store.files.read(path);
  } catch (error) {
    return { fault: readingFault(store, stat, error) };
  }
  return parseJob(content, id, store.config, stat.mtime);
}

/**
 * Why a file that could not be read can never be read: its owner or its mode forbids it.
 *
 * @throws The error, if they do not: the next try may succeed.
 */
export function readingFault(store: Store, stat: FileStat, error: unknown): string {
  if (error instanceof Deno.errors.PermissionDenied) {
    if (stat.uid !== store.files.stat(store.dir)?.uid) {
      return "it is another user's, and may not be read";
    }
    if ((stat.mode & 0o400) === 0) return `its mode, ${stat.mode.toString(8)}, forbids to read it`;
  }
  throw error;
}

/** Why a file cannot be a job's, or cannot be trusted, before it is read. */
export function fileFault(store: Store, stat: FileStat): string | undefined {
  if (stat.kind !== "file") return "it is not a regular file";
  const distrust = fileDistrust(stat, store.owner);
  if (distrust !== undefined) return distrust;
  if (stat.size > MAX_GROWN_BYTES) return `it is larger than ${MAX_GROWN_BYTES} bytes`;
}

/**
 * Reads the job of an entry.
 *
 * @returns The job with its state; `undefined` if it has moved on. A malformed one, in dead/, has
 * an empty command and the reason in `malformed`.
 */
export function readEntry(store: Store, entry: Entry): JobView | undefined {
  const path = entryPath(store, entry);
  const stat = store.files.stat(path);
  const parsed = stat && ifThere(() => readJobFile(store, path, stat, entry.id));
  if (!parsed) return undefined;
  if (parsed.job) {
    const job = parsed.job;
    if (entry.state !== "done" && entry.state !== "dead") forgetLastEnd(job);
    if (entry.bare && entry.state === "pending") job.priority = entry.priority;
    return { ...job, state: entry.state };
  }
  return malformedView(entry, stat.mtime, parsed.fault);
}

/** What is shown of a file that is not a job: why not. */
export function malformedView(entry: Entry, mtime: number, fault: string): JobView {
  const time = new Date(mtime).toISOString();
  return {
    id: entry.id,
    command: "",
    priority: entry.priority,
    max_retries: 0,
    timeout: null,
    run_at: time,
    created_at: time,
    updated_at: time,
    attempts: 0,
    history: [],
    malformed: fault,
    state: entry.state,
  };
}
