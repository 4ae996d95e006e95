/**
 * A copy of a queue as one tar archive, made while workers go on. It unpacks to a queue directory
 * in which nothing runs:
 *
 * - Each job is in it once, as it was at one moment while the archive was made. Jobs are looked for
 *   in the order of their lives, again and again, until a pass finds none that was missed.
 * - A job that ran then is held, and charged a lost attempt: it may end, or have ended, elsewhere.
 * - The queue is paused, so that no waiting job runs in two places before somebody has decided.
 * - Schedules come after the jobs: a time whose job is in the archive gets no second one.
 * - A checksum of all that, and `VERSION` last: an archive without it is cut off.
 *
 * The room: one archive of a whole queue, made and unpacked.
 *
 * @module
 */

import { keyContent, keyFile } from "../constraints/unique.ts";
import { entries, type Entry, entryPath, standalone } from "../contents/entries.ts";
import { historyFiles } from "../contents/history.ts";
import { findLog, logName } from "../contents/logs.ts";
import { timeOfId } from "../format/ids.ts";
import { type Job, jobBytes } from "../format/job.ts";
import { HELD_TIME, type JobState, parseMeantName, waitingName } from "../format/names.ts";
import { parseJob } from "../format/parse_job.ts";
import { newSha256, TAR_END, tarHeader, tarPadding, tarSum } from "../format/tar.ts";
import { isEditor } from "../format/worker_names.ts";
import type { FileStat } from "../fs/file_port.ts";
import { lostJob } from "./lost_job.ts";
import { savedSchedules } from "./saved_schedules.ts";
import { FORMAT } from "../store/format_version.ts";
import { ifThere, listIfThere, type OpenQueue, pathIn, type Store } from "../store/store.ts";
import { QueueError } from "../text/errors.ts";

/** What a backup has in it. */
export interface BackupSummary {
  /** How many jobs. */
  jobs: number;
  /** How many of them ran when it was made: they are held in it. */
  running: number;
  /** Things in the queue that are not in the backup, as they are no files. */
  left_out: string[];
}

/** After so many passes that each found jobs which the one before had missed it gives up. */
const MOST_PASSES = 50;

/** How much of a file is read at once, in bytes. */
const CHUNK = 256 * 1024;

/**
 * A queue as one tar archive, made as it is read, while workers go on: see `restoreQueue`.
 *
 * @param done Called at the end.
 *
 * @example
 * ```ts
 * import { backupQueue, Queue } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * using file = await Deno.open("/tmp/example.tar", { write: true, create: true, mode: 0o600 });
 * await backupQueue(queue, ({ jobs }) => console.log(jobs)).pipeTo(file.writable);
 * ```
 */
export function backupQueue(
  { store }: OpenQueue,
  done: (summary: BackupSummary) => void = () => {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from(new Backup(store, done).write());
}

type Bytes = AsyncGenerator<Uint8Array<ArrayBuffer>>;

class Backup {
  readonly #store: Store;
  readonly #done: (summary: BackupSummary) => void;
  readonly #begun: number;
  readonly #summary: BackupSummary = { jobs: 0, running: 0, left_out: [] };
  /** What is in the archive: IDs, and the paths of files in pending/ with names made by hand. */
  readonly #taken = new Set<string>();
  /** The identities of those files: a claim gives one another name. */
  readonly #dropped = new Set<string>();
  /** Empty files in after/, and files in unique/, by their paths. */
  readonly #notes = new Map<string, string>();

  constructor(store: Store, done: (summary: BackupSummary) => void) {
    this.#store = store;
    this.#done = done;
    this.#begun = store.now();
  }

  async *write(): Bytes {
    const sum = await newSha256();
    for await (const bytes of this.#content()) {
      sum.update(bytes);
      yield bytes;
    }
    yield tarSum(sum) as Uint8Array<ArrayBuffer>;
    yield* this.#bytes("VERSION", encode(FORMAT));
    // Before the end, as no reader asks for more after it.
    this.#done(this.#summary);
    yield TAR_END as Uint8Array<ArrayBuffer>;
  }

  async *#content(): Bytes {
    const store = this.#store;
    let isComplete = false;
    for (let pass = 1; !isComplete; pass++) {
      if (pass > MOST_PASSES) {
        throw new QueueError("jobs keep moving faster than they can be read; try again");
      }
      isComplete = yield* this.#pass(pass);
    }
    for (const [path, content] of this.#notes) yield* this.#bytes(path, encode(content));
    for (const { path, content, mtime } of savedSchedules(store, (id) => this.#taken.has(id))) {
      yield* this.#bytes(path, content, mtime);
    }
    for (const { name } of historyFiles(store)) yield* this.#file(`history/${name}`);
    // Later than the days: one that is removed meanwhile counts in both, and is named in this.
    yield* this.#file("history/totals.json");
    for (const { name } of [...listIfThere(store, pathIn(store, "workers"))]) {
      if (/^[^.]+\.log(\.prev)?$/.test(name)) yield* this.#file(`workers/${name}`);
    }
    for (const name of ["hooks.log.prev", "hooks.log", "config.json"]) yield* this.#file(name);
    const { running } = this.#summary;
    const held = running === 0 ? "" : `; what ran then is held (${running})`;
    const time = new Date(this.#begun).toISOString();
    yield* this.#bytes("paused", encode(`restored from a backup of ${time}${held}\n`));
  }

  /** @returns Whether nothing that was there at the beginning can have been missed. */
  async *#pass(pass: number): AsyncGenerator<Uint8Array<ArrayBuffer>, boolean> {
    let isComplete = pass > 1;
    const isOld = (id: string, created?: string) =>
      (timeOfId(id) ?? Date.parse(created ?? "1970")) <= this.#begun;
    for (const entry of this.#entries(pass)) {
      const key = entry.bare && entry.state === "pending" ? entry.path : entry.id;
      if (this.#taken.has(key)) continue;
      const read = this.#read(entry);
      if (read === undefined) {
        // It has moved on, or was removed.
        if (isOld(entry.id)) isComplete = false;
      } else if (read !== "left out") {
        if (isOld(entry.id, read.job?.created_at)) isComplete = false;
        this.#taken.add(standalone(key));
        if (key === entry.path) this.#dropped.add(read.stat.identity);
        yield* this.#job(entry, read);
      }
    }
    return isComplete;
  }

  *#entries(pass: number): Generator<Entry> {
    for (const state of ["pending", "processing", "failed", "done", "dead"] as const) {
      for (const entry of entries(this.#store, state)) {
        // A job that is being settled is in its next place in a moment, unless its worker is dead.
        if (pass > 1 || !entry.path.startsWith("../tmp/")) yield entry;
      }
    }
  }

  #read(entry: Entry): ReadJob | "left out" | undefined {
    const store = this.#store;
    const path = entryPath(store, entry);
    const stat = store.files.stat(path);
    if (stat === undefined) return undefined;
    if (entry.worker !== undefined && this.#dropped.has(stat.identity)) return "left out";
    const content = stat.kind === "file" ? ifThere(() => store.files.read(path)) : undefined;
    if (content === undefined) {
      if (!store.files.exists(path)) return undefined;
      this.#leaveOut(`${entry.state}/${entry.path}`);
      return "left out";
    }
    const { job } = parseJob(content, entry.id, store.config, stat.mtime);
    // The input goes with its job: if that is still there, the input was never there.
    const isMoving = job?.stdin === true && !store.files.exists(this.#inputOf(entry.id)) &&
      !store.files.exists(path);
    return isMoving ? undefined : { content, job, stat };
  }

  #inputOf(id: string): string {
    return pathIn(this.#store, "input", `${id}.in`);
  }

  /** Writes a job with its input and its log. */
  async *#job(entry: Entry, { content, job, stat }: ReadJob): Bytes {
    const place = placeOf(entry, job);
    this.#summary.jobs++;
    const hasLog = place.state !== "pending" || entry.worker !== undefined || job?.history.length;
    const log = hasLog ? findLog(this.#store, entry.id, entry.state) : undefined;
    // What a later attempt prints is none of the job as it is here.
    const most = place.state === "done" || place.state === "dead" || place.isHeld
      ? Infinity
      : job?.history.at(-1)?.log_end ?? Infinity;
    const logEnd = log === undefined
      ? 0
      : yield* this.#copy(log, `${place.state}/${logName(entry.id)}`, most);
    if (job?.stdin) yield* this.#file(`input/${entry.id}.in`);
    if (job?.timestamps) yield* this.#file(`input/${entry.id}.times`);
    const path = `${place.state}/${place.name}`;
    if (!place.isHeld || !job) yield* this.#bytes(path, content, stat.mtime);
    else {
      this.#summary.running++;
      const held = isEditor(entry.worker!) ? job : lostJob(job, entry, this.#begun, logEnd);
      yield* this.#bytes(path, jobBytes(held), stat.mtime);
    }
    if (!job || place.state === "done" || place.state === "dead") return;
    for (const parent of job.after ?? []) this.#notes.set(`after/${parent}/${job.id}`, "");
    if (job.unique === undefined) return;
    const key = keyContent({ id: job.id, waiting: place.name });
    this.#notes.set(`unique/${await keyFile(job.unique)}`, key);
  }

  async *#file(path: string): Bytes {
    yield* this.#copy(`${this.#store.dir}/${path}`, path);
  }

  /** Writes a file that may grow meanwhile, as long as it is now; gives its size. */
  async *#copy(
    from: string,
    path: string,
    most: number = Infinity,
  ): AsyncGenerator<Uint8Array<ArrayBuffer>, number> {
    const stat = this.#store.files.stat(from);
    if (stat === undefined) return 0;
    if (stat.kind !== "file") return this.#leaveOut(path);
    using file = ifThere(() => Deno.openSync(from));
    if (!file) return 0;
    const size = Math.min(most, file.statSync().size);
    if (!path.isWellFormed()) return this.#leaveOut(path);
    yield tarHeader(path, size, stat.mtime) as Uint8Array<ArrayBuffer>;
    for (let left = size; left > 0;) {
      const chunk = new Uint8Array(Math.min(CHUNK, left));
      const read = await file.read(chunk);
      // One that was cut short meanwhile ends in zeros, as its size has been written.
      const filled = read === null ? chunk : chunk.subarray(0, read);
      left -= filled.length;
      yield filled;
    }
    yield tarPadding(size) as Uint8Array<ArrayBuffer>;
    return size;
  }

  async *#bytes(path: string, content: Uint8Array, mtime: number = this.#begun): Bytes {
    if (!path.isWellFormed()) return void this.#leaveOut(path);
    yield tarHeader(path, content.length, mtime) as Uint8Array<ArrayBuffer>;
    yield content as Uint8Array<ArrayBuffer>;
    yield tarPadding(content.length) as Uint8Array<ArrayBuffer>;
  }

  #leaveOut(path: string): number {
    if (!this.#summary.left_out.includes(path)) this.#summary.left_out.push(path);
    return 0;
  }
}

interface ReadJob {
  content: Uint8Array;
  /** Missing if it is not one. */
  job?: Job;
  stat: FileStat;
}

/** Where an entry lies in the archive. */
function placeOf(
  entry: Entry,
  job: Job | undefined,
): { state: JobState; name: string; isHeld?: boolean } {
  const { state, path, id, priority, worker } = entry;
  if (worker === undefined) return { state, name: path };
  const meant = path.startsWith("../tmp/") && parseMeantName(path.slice("../tmp/".length));
  // Its worker had written down how it ended.
  if (meant) return { state: meant.state, name: meant.final };
  if (!job) return { state: "pending", name: `${id}.json` };
  return { state: "pending", name: waitingName(HELD_TIME, priority, id, job), isHeld: true };
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
