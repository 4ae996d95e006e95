/**
 * What a job left in `$QUEUECTL_RESULT`, taken when it has ended.
 *
 * @module
 */

import { reasonOf } from "../text/errors.ts";
import type { Job } from "../format/job.ts";
import {
  makeProgress,
  markUnrecorded,
  progressPath,
  removeOutput,
  removeProgress,
  resultPath,
  unmarkUnrecorded,
} from "../contents/job_output_files.ts";
import type { Settlement } from "../moves/settle.ts";
import { pathIn, type Store } from "../store/store.ts";

/** The longest result that is kept, in bytes. */
export const MOST_RESULT_BYTES = 64 * 1024;

/**
 * How long a folder must have been unchanged for its time of change to be trusted, in milliseconds:
 * clocks are coarse.
 */
const TRUSTED_AFTER = 2000;

/**
 * A time that no clock gives, in milliseconds since 1970: nothing was made in a folder that still
 * has it.
 */
const UNTOUCHED = 1000;

/** A job's result, as it goes into its file. */
export interface JobResult {
  /** The text, or its bytes in base64. */
  result: string;
  /** Set if the bytes are not UTF-8. */
  result_encoding?: "base64";
  /** What is wrong with it, if anything is. */
  note?: string;
}

/**
 * The folder in which a worker's jobs leave their progress and results. Jobs that end together and
 * left nothing cost one look at it.
 */
export class JobOutput {
  readonly #store: Store;
  readonly #worker: string;
  readonly #folder: string;
  /** The jobs whose ends the disk refused to record. */
  readonly #unrecorded = new Set<string>();
  /** When the folder had last changed when it was empty. */
  #unusedSince = -1;
  /** When the folder had last changed at the last look, and since when it looks so. */
  #seen = { changed: -1, since: 0 };

  constructor(store: Store, worker: string) {
    this.#store = store;
    this.#worker = worker;
    this.#folder = pathIn(store, "progress", worker);
    makeProgress(store, worker);
    try {
      Deno.utimeSync(this.#folder, UNTOUCHED / 1000, UNTOUCHED / 1000);
      this.#unusedSince = UNTOUCHED;
    } catch {
      // Look into it until its time of change can be trusted.
    }
  }

  /** Takes what jobs that have ended left there; returns their settlements with it. */
  addTo(settlements: readonly Settlement[]): Settlement[] {
    if (this.#isUnused()) return [...settlements];
    return settlements.map((settlement) => {
      const output = this.#take(settlement.claim.id);
      return output ? withResult(settlement, output) : settlement;
    });
  }

  #isUnused(): boolean {
    try {
      return this.#store.files.stat(this.#folder)?.mtime === this.#unusedSince;
    } catch {
      // The look for each job reports what is wrong.
      return false;
    }
  }

  #take(id: string): JobResult | undefined {
    try {
      return this.#takeOut(id);
    } catch (error) {
      return { result: "", note: `the result cannot be read: ${reasonOf(error)}` };
    }
  }

  #takeOut(id: string): JobResult | undefined {
    const { files } = this.#store;
    const changed = files.stat(this.#folder)?.mtime;
    if (changed === undefined) {
      // A job has removed what is not its own; the next is not to suffer.
      makeProgress(this.#store, this.#worker);
      return undefined;
    }
    if (changed !== this.#seen.changed) this.#seen = { changed, since: performance.now() };
    removeOutput(this.#store, progressPath(this.#store, this.#worker, id));
    const path = resultPath(this.#store, this.#worker, id);
    const stat = files.stat(path);
    if (!stat) {
      // Only an empty folder is unused: what another job has there may yet grow.
      const isTrusted = performance.now() - this.#seen.since > TRUSTED_AFTER;
      if (isTrusted && this.#isEmpty()) this.#unusedSince = changed;
      return undefined;
    }
    const result = stat.kind === "file"
      ? resultOf(readBeginning(path, MOST_RESULT_BYTES + 4), stat.size)
      : { result: "", note: "the result is not a regular file" };
    removeOutput(this.#store, path);
    return result;
  }

  /** The disk refused to record the ends of these jobs: shows that, where nothing else can. */
  refused(settlements: readonly Settlement[]): void {
    for (const { claim: { id } } of settlements) {
      if (this.#unrecorded.has(id)) continue;
      this.#unrecorded.add(id);
      markUnrecorded(this.#store, this.#worker, id);
    }
  }

  /** The ends of these jobs are recorded now, or are no more this worker's to record. */
  recorded(settlements: readonly Settlement[]): void {
    if (this.#unrecorded.size === 0) return;
    for (const { claim: { id } } of settlements) {
      if (this.#unrecorded.delete(id)) unmarkUnrecorded(this.#store, this.#worker, id);
    }
  }

  /** Removes the folder. */
  close(): void {
    removeProgress(this.#store, this.#worker);
  }

  #isEmpty(): boolean {
    for (const _ of this.#store.files.list(this.#folder)) return false;
    return true;
  }
}

function readBeginning(path: string, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  using file = Deno.openSync(path, { read: true });
  while (at < length) {
    const read = file.readSync(bytes.subarray(at));
    if (!read) break;
    at += read;
  }
  return bytes.subarray(0, at);
}

/**
 * A result of the bytes that a job left: as text if it is UTF-8, else in base64; cut if it is too
 * long, though not within a character.
 *
 * @param bytes The first bytes of it: 4 more than may be kept, if there are.
 * @param size How many there are in all.
 */
export function resultOf(bytes: Uint8Array, size: number): JobResult {
  let kept = bytes.subarray(0, MOST_RESULT_BYTES);
  const note = size > MOST_RESULT_BYTES
    ? `the result was cut: it had ${size} bytes, of which ${MOST_RESULT_BYTES} are kept`
    : undefined;
  if (note) {
    // Back to where a character begins: 0b10xxxxxx continues one.
    let end = kept.length;
    while (end > kept.length - 4 && (bytes[end]! & 0xc0) === 0x80) end--;
    if (end > kept.length - 4 && (bytes[end]! & 0xc0) !== 0x80) kept = kept.subarray(0, end);
  }
  const rest = note === undefined ? {} : { note };
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(kept);
    return { result: text, ...rest };
  } catch {
    return {
      result: bytes.slice(0, MOST_RESULT_BYTES).toBase64(),
      result_encoding: "base64",
      ...rest,
    };
  }
}

/** A settlement whose job keeps its result. */
function withResult(settlement: Settlement, output: JobResult): Settlement {
  const { note, ...result } = output;
  const { result_encoding: _earlier, ...job } = settlement.job;
  const history = [...job.history];
  const last = history.at(-1);
  if (note !== undefined && last) {
    history[history.length - 1] = {
      ...last,
      reason: last.reason === undefined ? note : `${last.reason}; ${note}`,
    };
  }
  return { ...settlement, job: { ...job, ...result, history } as Job };
}
