/**
 * When a job printed what: `input/ID.times`, for a job whose file says `"timestamps": true`. The
 * command itself writes the log, as always; its worker looks now and then how long the log is, and
 * adds a line `CREATED OFFSET TIME`: by TIME the log was OFFSET bytes long. CREATED is the job's
 * `created_at`: the notes of an earlier job of the same ID do not count. Times are milliseconds
 * since 1970. No job depends on these notes, so they are not flushed.
 *
 * @module
 */

import type { Job } from "../format/job.ts";
import { linesOnward } from "../fs/lines_onward.ts";
import { timesPath } from "./input_paths.ts";
import { ifThere, makeDirectory, pathIn, type Store } from "../store/store.ts";

/** How often to look how long a log is, in milliseconds. */
const LOOK_EVERY = 100;

/**
 * Notes when a running job prints, until the returned function is called. What the disk refuses is
 * not noted: the job goes on.
 *
 * @param log The path of its log.
 */
export function noteTimes(store: Store, job: Job, log: string): () => void {
  // Not the size now: the command may have printed already.
  let noted = 0;
  const look = () => {
    try {
      const size = store.files.stat(log)?.size ?? 0;
      if (size === noted) return;
      makeDirectory(store, pathIn(store, "input"));
      const line = `${Date.parse(job.created_at)} ${size} ${store.now()}\n`;
      store.files.append(timesPath(store, job.id), new TextEncoder().encode(line));
      noted = size;
    } catch {
      // A full disk, or something that is no file in that place.
    }
  };
  const timer = setInterval(look, LOOK_EVERY);
  return () => {
    clearInterval(timer);
    look();
  };
}

/**
 * The notes about a job, read as they grow.
 *
 * @example
 * ```ts
 * import { Queue, TimeNotes } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * const job = await queue.enqueue({ command: "date", timestamps: true });
 * console.log(new TimeNotes(queue.store, job).timeOf(0)); // undefined until it has run
 * ```
 */
export class TimeNotes {
  readonly #store: Store;
  readonly #path: string;
  readonly #created: number;
  readonly #offsets: number[] = [];
  readonly #times: number[] = [];
  #next = 0;

  /** Reads nothing yet. */
  constructor(store: Store, { id, created_at }: Pick<Job, "id" | "created_at">) {
    [this.#store, this.#path] = [store, timesPath(store, id)];
    this.#created = Date.parse(created_at);
  }

  /** By when what begins at an offset of the log was printed; `undefined` if no note says so. */
  timeOf(offset: number): number | undefined {
    if (offset >= (this.#offsets.at(-1) ?? 0)) this.#readOn();
    return this.#times[this.#firstAfter(this.#offsets, offset)];
  }

  /** The offset from which on the log was printed since a time, as far as notes say. */
  offsetSince(time: number): number {
    this.#readOn();
    const at = this.#firstAfter(this.#times, time - 1);
    return at === 0 ? 0 : this.#offsets[at - 1]!;
  }

  /** The index of the first number above another. */
  #firstAfter(numbers: readonly number[], value: number): number {
    let [low, high] = [0, numbers.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (numbers[middle]! > value) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #readOn(): void {
    // Waiting for a fifo is not worth a time.
    if (this.#store.files.stat(this.#path)?.kind !== "file") return;
    ifThere(() => {
      for (const { lines, next } of linesOnward(this.#path, this.#next)) {
        this.#next = next;
        for (const line of lines) this.#add(line);
      }
    });
  }

  #add(line: string): void {
    const [, created, offset, time] = /^(\d{1,15}) (\d{1,15}) (\d{1,15})$/.exec(line) ?? [];
    if (Number(created) !== this.#created) return;
    // A log that was replaced by hand, or a clock that was set back, must not break the order.
    if (Number(offset) <= (this.#offsets.at(-1) ?? 0)) return;
    this.#offsets.push(Number(offset));
    this.#times.push(Math.max(Number(time), this.#times.at(-1) ?? 0));
  }
}
