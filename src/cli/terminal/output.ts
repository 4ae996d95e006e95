/**
 * Writing: the answer to stdout, the talk to stderr.
 *
 * All that queuectl says passes here, and here it is made sure that no name and no field of a file makes a terminal do
 * anything. What a job printed itself goes through {@linkcode writeOut}, as it is.
 *
 * @module
 */

import { QueueError, reasonWithin } from "../../text/errors.ts";
import type { Job } from "../../format/job.ts";
import type { Queue } from "../../queue.ts";
import { escapeOf, hex, UNSAFE_CHARACTERS } from "../../text/shown_text.ts";

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

/** What most lines are: found faster than an unsafe character is. Tabs part the cells of a table. */
const PLAIN_LINE = /^[\t\x20-\x7e]*$/;

/** The colours that queuectl itself uses, or a character that must not reach a terminal. */
const COLOUR_OR_UNSAFE = new RegExp(
  `\\x1b\\[(?:0|1|2|22|3[12346]|39|90)m|${UNSAFE_CHARACTERS.source}`,
  "gu",
);

/**
 * A line in which a terminal obeys nothing but tabs.
 *
 * @param isColoured Whether the colours of queuectl stay too. The texts in it must have been made safe before it was
 * coloured, or they could bring colours of their own.
 */
export function safeLine(line: string, isColoured = false): string {
  if (PLAIN_LINE.test(line)) return line;
  return line.replace(
    isColoured ? COLOUR_OR_UNSAFE : UNSAFE_CHARACTERS,
    (found) => found.length > 1 || found === "\t" ? found : escapeOf(found),
  );
}

/**
 * Writes lines to stdout; a line break within one is written as an escape.
 *
 * @param areColoured As for {@linkcode safeLine}.
 */
export function printLines(lines: readonly string[], areColoured = false): void {
  if (lines.length === 0) return;
  const safe = lines.map((line) => safeLine(line, areColoured));
  writeOut(encoder.encode(safe.join("\n") + "\n"));
}

/** Writes a line to stdout. */
export function print(line: string): void {
  writeOut(encoder.encode(safeLine(line) + "\n"));
}

/** Writes a text of several lines to stdout. */
export function printText(text: string): void {
  printLines(text.split("\n"));
}

/** Writes a value to stdout as JSON that a person can read. */
export function printJson(value: unknown): void {
  printText(jsonText(value, 2));
}

/** JSON on one line, or indented, with escapes for all that a terminal would obey. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    UNSAFE_CHARACTERS,
    (char) => char === "\n" ? char : `\\u${hex(char, 4)}`,
  );
}

/** What `--json` says of a job that was added just now. */
export function addedView(job: Job): unknown {
  return { ...job, state: "pending" };
}

/** What `--json` says of the job that has the key of one that was not added. */
export function existingView(queue: Queue, id: string): unknown {
  return { ...(queue.get(id) ?? { id }), existed: true };
}

/**
 * Prints the ID of a job that is in the queue, or with `json` all of it.
 *
 * @throws {QueueError} If nothing can be printed: it says that the job was added, lest someone add it again.
 */
export function printAdded(job: Job, json: boolean): void {
  try {
    if (json) printJson(addedView(job));
    else print(job.id);
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
    throw new QueueError(
      `job ${job.id} was added, though that could not be printed: ${error.reason}`,
    );
  }
}

/** Says a sentence on stderr, on one line. That nobody listens is no reason to fail. */
export function say(line: string): void {
  try {
    Deno.stderr.writeSync(encoder.encode(safeLine(line) + "\n"));
  } catch {
    // The exit status still tells.
  }
}
