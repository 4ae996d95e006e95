/**
 * Writing: the answer to stdout, notes to stderr.
 *
 * All that queuectl writes passes here, where every character that a terminal would obey becomes an
 * escape. Only a job's own output goes out as it is, through {@linkcode writeOut}.
 *
 * @module
 */

import type { Job } from "../../format/job.ts";
import type { Queue } from "../../queue.ts";
import { QueueError, reasonWithin } from "../../text/errors.ts";
import { escapeOf, hex, UNSAFE_CHARACTERS, visibleText } from "../../text/shown_text.ts";

const encoder = new TextEncoder();

/** Stdout cannot be written to, a full disk say. The command itself has done its work. */
export class OutputError extends QueueError {
  /** @param reason What the system said. */
  constructor(readonly reason: string) {
    super(`the output cannot be written: ${reason}`);
  }
}

/**
 * Writes bytes to stdout, all of them, before it returns.
 *
 * @throws {Deno.errors.BrokenPipe} If the reader is gone.
 * @throws {OutputError} If writing fails otherwise.
 */
export function writeOut(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += Deno.stdout.writeSync(at === 0 ? bytes : bytes.subarray(at));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) throw error;
      if (!(error instanceof Deno.errors.WouldBlock)) throw new OutputError(reasonWithin(error));
      // A full pipe that another process made non-blocking: wait for its reader.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** Matches most lines, faster than the search for unsafe characters. Tabs part a table's cells. */
const PLAIN_LINE = /^[\t\x20-\x7e]*$/;

/** A colour that queuectl itself uses, or a character that must not reach a terminal. */
const COLOUR_OR_UNSAFE = new RegExp(
  `\\x1b\\[(?:0|1|2|7|22|27|3[12346]|39|90)m|${UNSAFE_CHARACTERS.source}`,
  "gu",
);

/**
 * A line in which a terminal obeys nothing but tabs.
 *
 * @param isColoured Keep queuectl's own colours. Texts in the line must have been made safe before
 * it was coloured, or they could bring colours of their own.
 */
export function safeLine(line: string, isColoured = false): string {
  if (PLAIN_LINE.test(line)) return line;
  return line.replace(
    isColoured ? COLOUR_OR_UNSAFE : UNSAFE_CHARACTERS,
    (found) => found.length > 1 || found === "\t" ? found : escapeOf(found),
  );
}

/** Writes lines to stdout; a line break within one becomes an escape. */
export function printLines(lines: readonly string[], areColoured = false): void {
  if (lines.length === 0) return;
  const safe = lines.map((line) => safeLine(line, areColoured));
  writeOut(encoder.encode(safe.join("\n") + "\n"));
}

/** Writes one line to stdout. */
export function print(line: string): void {
  printLines([line]);
}

/** Writes a text of several lines to stdout. */
export function printText(text: string): void {
  printLines(text.split("\n"));
}

/** Writes a value to stdout as indented JSON. */
export function printJson(value: unknown): void {
  printText(jsonText(value, 2));
}

/** Writes a value as JSON if `json`, else a line. */
export function printAnswer(json: boolean, value: unknown, line: string): void {
  if (json) printJson(value);
  else print(line);
}

let shown: ((name: string, value: string) => string) | undefined;

/** From now on answers show variables as this function says; `undefined`: as they are. */
export function hideSecrets(shownVariable: typeof shown): void {
  shown = shownVariable;
}

/** A variable's value as answers show it. */
export function shownValue(name: string, value: string): string {
  return shown?.(name, value) ?? value;
}

/** A replacer for JSON that hides the secrets in each environment. */
function withoutSecrets(key: string, value: unknown): unknown {
  if (key !== "env" || typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, text]: [string, string]) => [name, shownValue(name, text)]),
  );
}

/** JSON on one line, or indented, with escapes for all that a terminal would obey. */
export function jsonText(value: unknown, indent?: number): string {
  let text = JSON.stringify(value, null, indent);
  if (shown && text.includes('"env":')) text = JSON.stringify(value, withoutSecrets, indent);
  return text.replace(
    UNSAFE_CHARACTERS,
    (char) => char === "\n" ? char : `\\u${hex(char, 4)}`,
  );
}

/** A job that was just added, as `--json` shows it. */
export function addedView(job: Job): unknown {
  return { ...job, state: "pending" };
}

/** The job that already has the key of one that was not added, as `--json` shows it. */
export function existingView(queue: Queue, id: string): unknown {
  return { ...(queue.get(id) ?? { id }), existed: true };
}

/**
 * Prints the ID of a job that was added, or with `json` the job.
 *
 * @throws {QueueError} If that fails; it says that the job was added, so that nobody adds it again.
 */
export function printAdded(job: Job, json: boolean): void {
  try {
    printAnswer(json, addedView(job), job.id);
  } catch (error) {
    if (!(error instanceof OutputError)) throw error;
    throw new QueueError(`job ${job.id} was added, but its ID cannot be printed: ${error.reason}`);
  }
}

/** Writes one line to stderr. A stderr that nobody reads is no error. */
export function say(line: string): void {
  writeError(`${safeLine(line)}\n`);
}

/** Replaces the terminal's last line, on stderr, and does not end it. Empty: removes that line. */
export function sayInPlace(line: string): void {
  writeError(`\r${safeLine(line)}\x1b[K`);
}

function writeError(text: string): void {
  try {
    Deno.stderr.writeSync(encoder.encode(text));
  } catch {
    // The exit status still tells.
  }
}

/** Writes a sentence to stderr on one line, with the program's name in front. */
export function note(sentence: string): void {
  say(`queuectl: ${visibleText(sentence)}`);
}

/** Says that opening a queue made it, or its VERSION again. */
export function sayMade(dir: string): { created: () => void; restored: () => void } {
  return {
    created: () => note(`made a new queue, ${dir}`),
    restored: () =>
      note(
        `VERSION was missing from ${dir}, and was written again; see whether jobs are missing, ` +
          "too: queuectl list",
      ),
  };
}

/** Notes a sentence after `wait` milliseconds, unless the returned function is called first. */
export function noteAfter(wait: number, sentence: () => string): () => void {
  const timer = setTimeout(() => note(sentence()), wait);
  return () => clearTimeout(timer);
}
