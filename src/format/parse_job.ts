/**
 * Reading a job's file, which anyone may have written.
 *
 * @module
 */

import { fillIn, type Job, type JobDefaults, MAX_JOB_BYTES } from "./job.ts";
import { CHECKS_OF_FILE, faultOf } from "./check_job.ts";
import { commandText } from "../text/shell_quote.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads the content of a job file, filling in what a hand-written one leaves out.
 *
 * @param content The file's bytes.
 * @param id The ID that its name gives, which wins over one inside.
 * @param defaults What holds where the file is silent.
 * @param now Milliseconds since 1970, for the times that the file does not tell.
 * @returns The job, or in `fault` why this is none.
 */
export function parseJob(
  content: Uint8Array,
  id: string,
  defaults: JobDefaults,
  now: number,
): { job: Job; fault?: undefined } | { job?: undefined; fault: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(decoder.decode(content));
  } catch {
    return { fault: "it is not JSON in UTF-8" };
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    return { fault: "it is not a JSON object" };
  }
  const fields = withOwnNames(parsed as Record<string, unknown>);
  fields.id = id;
  if (Array.isArray(fields.command)) fields.command = commandText(fields.command);
  const fault = faultOf(fields, CHECKS_OF_FILE);
  if (fault) return { fault };
  const job = fillIn(fields, id, defaults, now, true);
  if (content.length > MAX_JOB_BYTES && job.history.length === 0) {
    return { fault: `it is larger than ${MAX_JOB_BYTES} bytes` };
  }
  return { job };
}

/** Fields by the names that a job's file has: someone may have written `max-retries`, as the option is called. */
function withOwnNames(fields: Record<string, unknown>): Record<string, unknown> {
  for (const name of Object.keys(fields)) {
    if (!name.includes("-")) continue;
    const own = name.replaceAll("-", "_");
    if (!CHECKS_OF_FILE.has(own) || Object.hasOwn(fields, own)) continue;
    fields[own] = fields[name];
    delete fields[name];
  }
  return fields;
}
