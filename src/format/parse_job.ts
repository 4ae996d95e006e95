/**
 * Reads a job's file, which anyone may have written.
 *
 * @module
 */

import { fillIn, type Job, type JobDefaults, MAX_JOB_BYTES } from "./job.ts";
import { faultOf } from "./check_job.ts";
import { isObject } from "./field_checks.ts";
import { CHECKS_OF_FILE } from "./written_fields.ts";
import { commandText } from "../text/shell_quote.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads the content of a job file, and fills in the fields that a hand-written one leaves out.
 *
 * @param id The ID in the file's name, which wins over one inside.
 * @param now Milliseconds since 1970, for times that are missing.
 * @returns The job, with the ID inside if that is another; or in `fault` why it is none.
 */
export function parseJob(
  content: Uint8Array,
  id: string,
  defaults: JobDefaults,
  now: number,
): { job: Job; otherId?: string; fault?: undefined } | { job?: undefined; fault: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(decoder.decode(content));
  } catch {
    return { fault: "it is not JSON in UTF-8" };
  }
  if (!isObject(parsed)) {
    return { fault: "it is not a JSON object" };
  }
  const fields = withOwnNames(parsed);
  const written = fields.id;
  fields.id = id;
  if (Array.isArray(fields.command)) fields.command = commandText(fields.command);
  const fault = faultOf(fields, (name) => CHECKS_OF_FILE.get(name));
  if (fault) return { fault };
  const job = fillIn(fields, id, defaults, now, true);
  if (content.length > MAX_JOB_BYTES && job.history.length === 0) {
    return { fault: `it is larger than ${MAX_JOB_BYTES} bytes` };
  }
  return typeof written === "string" && written !== id ? { job, otherId: written } : { job };
}

/** The fields with `_` in their names, where someone wrote `max-retries` like the option. */
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
