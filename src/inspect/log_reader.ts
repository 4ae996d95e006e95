/**
 * Reading a log that another machine writes: this one may know an old size of it for a while, and a
 * read ends there.
 *
 * @module
 */

import { startOfLastLines } from "../fs/last_lines.ts";
import { look } from "../fs/stale.ts";
import { ifThere, type OpenQueue } from "../store/store.ts";
import { logPathOf } from "./find_job.ts";

/** How long to wait for the end of a log that another machine has recorded, in milliseconds. */
const PATIENCE = 10_000;

/** How long to wait between two looks for it, in milliseconds. */
const PAUSE = 100;

/** How often a log may move while it is being opened. */
const MOST_MOVES = 5;

/** How much is read at once, in bytes. */
const PIECE = 64 * 1024;

/**
 * The offset at which the last lines of a part of a job's log begin, in bytes. Reads from the end,
 * whatever the size of the log.
 *
 * @param id The job's whole ID.
 * @param lines How many lines; a last one without its end counts.
 * @param from Where the part begins, in bytes. Default: the beginning of the log.
 * @param to Where it ends. Default: the end of the log.
 *
 * @example
 * ```ts
 * import { lastLinesOf, lastRun, LogReader, Queue } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * const id = lastRun(queue)?.id ?? "";
 * using log = new LogReader(queue, id, lastLinesOf(queue, id, 10));
 * for await (const piece of log.read(0)) await Deno.stdout.write(piece);
 * ```
 */
export function lastLinesOf(
  { store }: OpenQueue,
  id: string,
  lines: number,
  from: number = 0,
  to: number = Infinity,
): number {
  const path = logPathOf(store, id);
  if (path === undefined) return from;
  return ifThere(() => startOfLastLines(path, lines, from, to)) ?? from;
}

/**
 * Reads the log of one job, each time on from where the last read ended.
 *
 * @example
 * ```ts
 * import { LogReader, Queue } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * using log = new LogReader(queue, (await queue.enqueue({ command: "date" })).id, 0);
 * for await (const piece of log.read(0)) await Deno.stdout.write(piece);
 * ```
 */
export class LogReader implements Disposable {
  readonly #queue: OpenQueue;
  readonly #id: string;
  readonly #isLocal: boolean;
  #file: Deno.FsFile | undefined;
  #at: number;
  /** The recorded size for which it has waited in vain. */
  #missed = 0;

  /**
   * Opens nothing yet.
   *
   * @param id The job's whole ID.
   * @param from Where to begin, in bytes.
   */
  constructor(queue: OpenQueue, id: string, from: number) {
    [this.#queue, this.#id, this.#at] = [queue, id, from];
    this.#isLocal = queue.store.files.isLocal(queue.store.dir);
  }

  /** How far it has come, in bytes from the beginning of the log. */
  get at(): number {
    return this.#at;
  }

  /** Whether there is a log. */
  get isFound(): boolean {
    return this.#file !== undefined;
  }

  /**
   * Yields what the log has by now. If it is recorded to have had more, and another machine may
   * have written that, waits for it, at most 10 s, and once for each such size.
   *
   * @param end The recorded size, in bytes.
   * @param signal Ends the waiting.
   * @returns Whether it has waited in vain.
   */
  async *read(end: number, signal?: AbortSignal): AsyncGenerator<Uint8Array, boolean> {
    for (const until = performance.now() + PATIENCE;;) {
      yield* this.#readOn();
      const isEnough = this.#at >= end || this.#isLocal || this.#missed === end;
      if (isEnough || signal?.aborted) return false;
      if (performance.now() >= until) {
        this.#missed = end;
        return true;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  *#readOn(): Generator<Uint8Array> {
    // A log keeps its inode from state to state. Elsewhere a descriptor may keep an old size.
    if (!this.#file || !this.#isLocal) this.#open();
    for (;;) {
      const buffer = new Uint8Array(PIECE);
      // Once a log is removed its handle may be stale: there is no more of it.
      const read = ifThere(() => look(() => this.#file?.readSync(buffer)));
      if (!read) return;
      this.#at += read;
      yield buffer.subarray(0, read);
    }
  }

  /** A log can be moved after it was found and before it is opened. */
  #open(): void {
    for (let tries = 0; tries < MOST_MOVES; tries++) {
      const path = logPathOf(this.#queue.store, this.#id);
      if (path === undefined) return;
      // A read ends at the size that is known on this machine.
      if (!this.#isLocal) this.#queue.store.files.stat(path, "fresh");
      const file = ifThere(() => look(() => Deno.openSync(path)));
      if (!file) continue;
      this.#file?.close();
      this.#file = file;
      file.seekSync(this.#at, Deno.SeekMode.Start);
      return;
    }
  }

  /** Closes the log. */
  [Symbol.dispose](): void {
    this.#file?.close();
  }
}
