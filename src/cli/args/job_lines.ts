/**
 * Many jobs, one a line.
 *
 * @module
 */

import { UsageError } from "../../text/errors.ts";
import type { JobInput } from "../../format/job.ts";
import { looksLikeJson, mergeJobs, refuseManyLineJson } from "./job_words.ts";
import { readJsonJob, UnknownFields } from "./json_job.ts";

/** The jobs of a file. */
export interface JobLines {
  /** The jobs, in order. */
  inputs: JobInput[];
  /** The line of each, from 1; of jobs that end with NUL the place among all. */
  lines: number[];
  /** Their unknown fields. */
  unknown: UnknownFields;
}

/** How the jobs of a file are written. */
export interface LineOptions {
  /** Whether they end with NUL, not with a newline; then none is a comment. Default: no. */
  isNull?: boolean;
  /** Whether lines that begin with `#` are jobs too. Default: no. */
  noComments?: boolean;
  /** Milliseconds since 1970, for `delay` and `at`. Default: now. */
  now?: number;
}

/** The name of a place in a file: `line 3`, or `job 3` of jobs that end with NUL. */
export function placeName(number: number | string, { isNull }: LineOptions): string {
  return `${isNull ? "job" : "line"} ${number}`;
}

/**
 * Reads jobs, one a line: shell text or JSON. Blank lines are skipped, and those that begin with
 * `#`.
 *
 * @param content The bytes of the file.
 * @param source What to call it in errors.
 * @param defaults The fields of a job that does not have them itself.
 * @throws {UsageError} If a line is not UTF-8, begins like JSON and is not, or begins a JSON array.
 * The queue checks each job itself.
 */
export function readJobLines(
  content: Uint8Array,
  source: string,
  defaults: Partial<JobInput>,
  options: LineOptions = {},
): JobLines {
  const { isNull = false, noComments = isNull, now = Date.now() } = options;
  const cwd = defaults.cwd ?? Deno.cwd();
  const read: JobLines = { inputs: [], lines: [], unknown: new UnknownFields() };
  const texts = decode(content, source, options).split(isNull ? "\0" : "\n");
  for (let index = 0; index < texts.length; index++) {
    let text = texts[index]!;
    if (!isNull && text.endsWith("\r")) text = text.slice(0, -1);
    if (text.trim() === "" || (!noComments && text.startsWith("#"))) continue;
    read.lines.push(index + 1);
    const place = `${source}, ${placeName(index + 1, options)}: `;
    refuseManyLineJson(text, place, "; nothing was enqueued");
    if (!looksLikeJson(text)) {
      read.inputs.push({ ...defaults, command: text, cwd });
      continue;
    }
    try {
      const job = readJsonJob(text, now, (field) => read.unknown.add(field, place));
      read.inputs.push(mergeJobs({ ...defaults, cwd }, job));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new UsageError(`${place}${error.message}; nothing was enqueued`);
    }
  }
  return read;
}

function decode(content: Uint8Array, source: string, options: LineOptions): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    const place = placeName(firstBadLine(content, options.isNull ? 0 : 10), options);
    throw new UsageError(`${source}, ${place}: it is not UTF-8; nothing was enqueued`);
  }
}

/** @param ending The byte that ends a line. */
function firstBadLine(content: Uint8Array, ending: number): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  for (let at = 0; at < content.length; line++) {
    const found = content.indexOf(ending, at);
    const end = found < 0 ? content.length : found + 1;
    try {
      decoder.decode(content.subarray(at, end));
    } catch {
      return line;
    }
    at = end;
  }
  return line;
}
