/**
 * Writing: the answer to stdout, the talk to stderr.
 *
 * @module
 */

import { QueueError, reasonWithin } from "../queue/errors.ts";
import type { Job } from "../queue/job.ts";

const encoder = new TextEncoder();

/** Stdout does not take what there is to say. What was to be done is done. */
export class OutputError extends QueueError {
  /** What stdout said. */
  readonly reason: string;

  /** @param error What writing to stdout threw. */
  constructor(error: unknown) {
    const reason = reasonWithin(error);
    super(`the output cannot be written: ${reason}`);
    this.reason = reason;
  }
}

/**
 * Writes bytes to stdout, all of them, before it returns.
 *
 * @throws {Deno.errors.BrokenPipe} If the reader is gone.
 * @throws {OutputError} If it cannot be written.
 */
export function writeOut(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += Deno.stdout.writeSync(at === 0 ? bytes : bytes.subarray(at));
    } catch (error) {
      // A pipe that another process has set not to block is full: wait for its reader.
      if (error instanceof Deno.errors.BrokenPipe) throw error;
      if (!(error instanceof Deno.errors.WouldBlock)) throw new OutputError(error);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** Writes lines to stdout. */
export function printLines(lines: readonly string[]): void {
  if (lines.length > 0) writeOut(encoder.encode(lines.join("\n") + "\n"));
}

/** Writes a line to stdout. */
export function print(line: string): void {
  writeOut(encoder.encode(line + "\n"));
}

/** Writes a value to stdout as JSON that a person can read. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/**
 * Prints the ID of a job that is in the queue, or with `json` all of it.
 *
 * @throws {QueueError} If nothing can be printed: it says that the job was added, lest someone add it again.
 */
export function printAdded(job: Job, json: boolean): void {
  try {
    if (json) printJson({ ...job, state: "pending" });
    else print(job.id);
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
    throw new QueueError(
      `job ${job.id} was added, though that could not be printed: ${error.reason}`,
    );
  }
}

/** Says something on stderr. That nobody listens is no reason to fail. */
export function say(line: string): void {
  try {
    Deno.stderr.writeSync(encoder.encode(line + "\n"));
  } catch {
    // The exit status still tells.
  }
}
