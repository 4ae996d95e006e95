/**
 * Jobs in JSON, whose fields may also have the names and values of options, and the report of
 * unknown fields.
 *
 * @module
 */

import { bytesInSize } from "../../text/byte_size.ts";
import { UsageError } from "../../text/errors.ts";
import type { JobInput } from "../../format/job.ts";
import { VIEW_FIELDS } from "../../format/check_job.ts";
import { CHECKS_OF_FILE } from "../../format/written_fields.ts";
import { JOB_FIELDS, optionName } from "../../format/job_fields.ts";
import { commandText } from "../../text/shell_quote.ts";
import { jobIds, resourceFields, spanOrNone, timeAt } from "./job_options.ts";
import { note } from "../terminal/output.ts";
import { nearestWord } from "./spelling.ts";
import { tagsIn } from "./worker_tags.ts";

/** What `--json` also shows: a job that was shown can be added again without a warning. */
const SHOWN: ReadonlySet<string> = new Set([...VIEW_FIELDS, "existed"]);

/**
 * Reads a JSON job.
 *
 * @param now Milliseconds since 1970, for `delay` and `at`.
 * @param unknown Called with the name of each unknown field; the field is kept.
 * @throws {UsageError} If it is not JSON, or {@linkcode fieldsOfJson} refuses it.
 *
 * @example
 * ```ts
 * import { readJsonJob } from "./json_job.ts";
 *
 * const text = '{"command": ["echo", "a b"], "max-retries": 0, "timeout": "5m"}';
 * const job = readJsonJob(text, Date.now(), () => {});
 * job; // { command: "echo 'a b'", max_retries: 0, timeout: 300 }
 * ```
 */
export function readJsonJob(
  text: string,
  now: number,
  unknown: (name: string) => void,
): Partial<JobInput> {
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    // The position would count from the job's beginning, beside its line in a file.
    const reason = (error instanceof Error ? error.message : String(error))
      .replace(/ at position \d+(?: \(line \d+ column \d+\))?/, "");
    throw new UsageError(
      `this begins like a JSON job, but is not JSON: ${reason} (shell text goes in --command)`,
    );
  }
  return fieldsOfJson(parsed, now, unknown);
}

/**
 * The fields of a JSON object with the names and values that they have in the file of a job.
 *
 * @param now Milliseconds since 1970, for `delay` and `at`.
 * @param unknown Called with the name of each unknown field.
 * @throws {UsageError} If a field is given in two ways, or a span, time or list of IDs is invalid.
 */
export function fieldsOfJson(
  given: Record<string, unknown>,
  now: number,
  unknown: (name: string) => void,
): Partial<JobInput> {
  const fields = new Map<string, unknown>();
  const givenBy = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) {
    const key = fieldNamed(name);
    const field = JOB_FIELDS.get(key);
    if (!field) {
      if (!CHECKS_OF_FILE.has(key) && !SHOWN.has(name)) unknown(name);
      fields.set(name, value);
      continue;
    }
    const { sets = key } = field;
    const before = givenBy.get(sets);
    if (before !== undefined) {
      throw new UsageError(`"${before}" and "${name}" say the same; give one of them`);
    }
    givenBy.set(sets, name);
    Object.entries(fieldOfJson(key, name, value, now)).forEach((entry) => fields.set(...entry));
  }
  return Object.fromEntries(fields) as Partial<JobInput>;
}

/** The field that a name means: the field's own or that of its option, with - or _. */
function fieldNamed(name: string): string {
  const key = name.replaceAll("-", "_");
  if (JOB_FIELDS.has(key)) return key;
  return [...JOB_FIELDS.keys()].find((field) => optionName(field) === key) ?? key;
}

/** A field as a job's file has it. The check of the whole job names an invalid value. */
function fieldOfJson(
  key: string,
  name: string,
  value: unknown,
  now: number,
): Record<string, unknown> {
  const { type, check, sets = key } = JOB_FIELDS.get(key)!;
  if (key === "command" && Array.isArray(value)) return { command: argvText(value) };
  const iso = (time: number) => new Date(time).toISOString();
  if (key === "at" && typeof value === "string") return { run_at: iso(timeAt(value, now, name)) };
  if ((key === "on" || key === "tags") && typeof value === "string") {
    return { [key]: tagsIn([value]) };
  }
  if (key === "after" && typeof value === "string") return { after: jobIds([value], name) };
  if (key === "resource" && (Array.isArray(value) || String(value).includes("="))) {
    return { ...resourceFields([value].flat().map(String)) };
  }
  if (type === "size" && typeof value === "string") {
    return { [key]: value === "none" ? null : bytesInSize(value) ?? value };
  }
  if (type !== "span") return { [sets]: value };
  const seconds = typeof value === "string" ? spanOrNone(value, name) : value;
  if (key !== "delay") return { [key]: seconds };
  const fault = check(seconds);
  if (fault) throw new UsageError(`a job's ${name} ${fault}`);
  return { run_at: iso(now + Math.round((seconds as number) * 1000)) };
}

function argvText(argv: readonly unknown[]): unknown {
  const text = commandText(argv);
  if (typeof text === "string") return text;
  throw new UsageError(
    "a job's command must be a string, or an array of a program and its arguments, all strings",
  );
}

/** The unknown fields of one job or of many, each with the first place where it stands. */
export class UnknownFields {
  readonly #places = new Map<string, { first: string; count: number }>();

  /** Adds a field; `place` is such as `jobs, line 3: `, or empty if there is one job only. */
  add(name: string, place: string = ""): void {
    const seen = this.#places.get(name);
    if (seen) seen.count++;
    else this.#places.set(name, { first: place, count: 1 });
  }

  /**
   * Says once on stderr which fields are unknown, and which was probably meant.
   *
   * @throws {UsageError} If `isStrict` and there is one.
   */
  report(isStrict: boolean): void {
    for (const [name, { first, count }] of this.#places) {
      const near = nearestField(name);
      const guess = near === undefined ? "" : ` (did you mean "${near}"?)`;
      const what = `${first}unknown field "${name}"${guess}`;
      if (isStrict) throw new UsageError(`${what}; nothing was added`);
      const more = count === 1 ? "" : `, in ${count} jobs`;
      note(`${what}${more}; it is kept, and changes nothing`);
    }
  }
}

/** The field that was probably meant: the same letters, or almost. */
function nearestField(name: string): string | undefined {
  const letters = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  const known = [...JOB_FIELDS.keys()];
  return known.find((field) => letters(field) === letters(name)) ??
    nearestWord(name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase(), known);
}
