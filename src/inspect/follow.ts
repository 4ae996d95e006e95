/**
 * Following a job while it waits and runs: its log as it is written, and its end.
 *
 * @module
 */

import { Bell } from "./bell.ts";
import type { Entry } from "../contents/entries.ts";
import { jobWithId } from "./find_job.ts";
import type { Attempt, JobView } from "../format/job.ts";
import { watchQueue } from "../fs/watch.ts";
import { LogReader } from "./log_reader.ts";
import { JOB_STATES } from "../format/names.ts";
import { type OpenQueue, pathIn } from "../store/store.ts";

/** How to follow. */
export interface FollowOptions {
  /** Ends the following. */
  signal?: AbortSignal;
  /** Where in the log to begin, in bytes. Default: 0. */
  from?: number;
  /** Called for each attempt that has ended, after its output, with the job as it is then. */
  attemptEnded?: (attempt: Attempt, job: JobView) => void;
  /**
   * Called when another machine has recorded a longer log than can be read here after 10 s: with
   * both sizes, in bytes.
   */
  cutShort?: (read: number, recorded: number) => void;
}

/**
 * How often to look without an event, in milliseconds: another machine's writes cause none here.
 */
const LOOK_EVERY = 500;

/** Wakes at each change of a job or its log, and each {@linkcode LOOK_EVERY}. */
class Wakeups {
  readonly #bell = new Bell();
  readonly #unwatch: () => void;

  /** @param beside Other folders in which a change of a name with this ID wakes it. */
  constructor(
    queue: OpenQueue,
    id: string,
    signal: AbortSignal | undefined,
    beside: readonly string[] = [],
  ) {
    this.#unwatch = watchQueue(queue.store.dir, [...JOB_STATES, ...beside], ({ name }) => {
      if (name.includes(id)) this.#bell.ring();
    });
    signal?.addEventListener("abort", () => this.#bell.ring(), { once: true });
  }

  next(): Promise<void> {
    return this.#bell.heard(LOOK_EVERY);
  }

  close(): void {
    this.#unwatch();
  }
}

/** Waits until a job has left the place of an entry, at most about two seconds. */
export async function waitForMove(queue: OpenQueue, entry: Entry): Promise<void> {
  const wakeups = new Wakeups(queue, entry.id, undefined);
  try {
    const path = pathIn(queue.store, entry.state, entry.path);
    for (let looks = 0; looks < 4 && queue.store.files.exists(path); looks++) await wakeups.next();
  } finally {
    wakeups.close();
  }
}

/**
 * Waits until a request to a worker is gone, or another file that it is about; at most about two
 * seconds.
 *
 * @param name A job's ID or the worker's name, which is in the names of both files.
 */
export async function waitForAnswer(
  queue: OpenQueue,
  name: string,
  request: string,
  subject: string,
): Promise<void> {
  const { files } = queue.store;
  const wakeups = new Wakeups(queue, name, undefined, ["workers"]);
  try {
    const waits = () => files.exists(request) && files.exists(subject);
    for (let looks = 0; looks < 4 && waits(); looks++) await wakeups.next();
  } finally {
    wakeups.close();
  }
}

function hasEnded(job: JobView | undefined): boolean {
  return job === undefined || job.state === "done" || job.state === "dead";
}

/**
 * Waits until a job is done or dead.
 *
 * @param id The job's whole ID.
 * @returns The job; `undefined` if it was removed. After an abort the job as it is then.
 *
 * @example
 * ```ts
 * import { Queue, waitForEnd } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * const job = await waitForEnd(queue, (await queue.enqueue({ command: "date" })).id, {
 *   signal: AbortSignal.timeout(100),
 * });
 * console.log(job?.state);
 * ```
 */
export async function waitForEnd(
  queue: OpenQueue,
  id: string,
  options: Pick<FollowOptions, "signal"> = {},
): Promise<JobView | undefined> {
  const wakeups = new Wakeups(queue, id, options.signal);
  try {
    for (;;) {
      const job = jobWithId(queue.store, id);
      if (hasEnded(job) || options.signal?.aborted) return job;
      await wakeups.next();
    }
  } finally {
    wakeups.close();
  }
}

/**
 * Yields a job's output as it is printed, over all its attempts, until the job is done, dead or
 * removed.
 *
 * @param id The job's whole ID.
 */
export async function* followLog(
  queue: OpenQueue,
  id: string,
  options: FollowOptions = {},
): AsyncGenerator<Uint8Array> {
  const wakeups = new Wakeups(queue, id, options.signal);
  using log = new LogReader(queue, id, options.from ?? 0);
  let reported = 0;
  const report = (job: JobView) => {
    const attempt = job.history[reported++]!;
    options.attemptEnded?.(attempt, job);
  };
  try {
    for (;;) {
      // Looked up before the log is read: if the job has ended, the log is complete.
      const job = jobWithId(queue.store, id);
      const ended = hasEnded(job) || (options.signal?.aborted ?? false);
      const end = job?.history.at(-1)?.log_end ?? 0;
      const pieces = log.read(end, options.signal);
      let read = await pieces.next();
      for (; !read.done; read = await pieces.next()) {
        let piece = read.value;
        // Looked up after it was read: the piece may go on into an attempt that began since.
        const now = options.attemptEnded && jobWithId(queue.store, id);
        for (let next; (next = now?.history[reported]?.log_end) !== undefined;) {
          const own = next - (log.at - piece.length);
          if (own >= piece.length) break;
          if (own > 0) yield piece.subarray(0, own);
          piece = piece.subarray(Math.max(0, own));
          report(now!);
        }
        yield piece;
      }
      if (read.value) options.cutShort?.(log.at, end);
      while (job && reported < job.history.length) report(job);
      if (ended) return;
      await wakeups.next();
    }
  } finally {
    wakeups.close();
  }
}
