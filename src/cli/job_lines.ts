/**
 * Many jobs, one a line.
 *
 * @module
 */

import { UsageError } from "../queue/errors.ts";
import type { JobInput } from "../queue/job.ts";
import { looksLikeJson, mergeJobs, parseJsonJob } from "./job_words.ts";

/** The jobs of a file. */
export interface JobLines {
  /** The jobs, in order. */
  inputs: JobInput[];
  /** The line that each stands on, from 1. */
  lines: number[];
}

/**
 * Reads jobs, one a line: shell text or JSON. Blank lines are skipped.
 *
 * @param content The bytes of the file.
 * @param source What to call it in errors.
 * @param defaults The fields of a job that does not have them itself.
 * @throws {UsageError} If a line is not UTF-8, or begins like JSON and is not. Whether each is a job is
 * for the queue to say.
 */
export function readJobLines(
  content: Uint8Array,
  source: string,
  defaults: Partial<JobInput>,
): JobLines {
  const cwd = defaults.cwd ?? Deno.cwd();
  const inputs: JobInput[] = [];
  const lines: number[] = [];
  const texts = decode(content, source).split("\n");
  for (let index = 0; index < texts.length; index++) {
    let text = texts[index]!;
    if (text.endsWith("\r")) text = text.slice(0, -1);
    if (text.trim() === "") continue;
    lines.push(index + 1);
    if (!looksLikeJson(text)) {
      inputs.push({ ...defaults, command: text, cwd });
      continue;
    }
    try {
      inputs.push(mergeJobs({ ...defaults, cwd }, parseJsonJob(text)));
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new UsageError(`${source}, line ${index + 1}: ${error.message}; nothing was enqueued`);
    }
  }
  return { inputs, lines };
}

function decode(content: Uint8Array, source: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(content);
  } catch {
    throw new UsageError(
      `${source}, line ${firstBadLine(content)}: it is not UTF-8; nothing was enqueued`,
    );
  }
}

function firstBadLine(content: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  for (let at = 0; at < content.length; line++) {
    const found = content.indexOf(10, at);
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
