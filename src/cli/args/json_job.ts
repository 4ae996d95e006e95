/**
 * Jobs that are written in JSON: their fields by the names of options too, and what is told of those that nobody knows.
 *
 * @module
 */

import { UsageError } from "../../text/errors.ts";
import type { JobInput } from "../../format/job.ts";
import { CHECKS_OF_FILE, VIEW_FIELDS } from "../../format/check_job.ts";
import { JOB_FIELDS } from "../../format/job_fields.ts";
import { commandText } from "../../text/shell_quote.ts";
import { parseDuration } from "../terminal/duration.ts";
import { afterOf, needsOfOptions } from "./job_options.ts";
import { say } from "../terminal/output.ts";
import { nearestWord } from "./spelling.ts";
import { visibleText } from "../../text/shown_text.ts";
import { parseTime } from "./when.ts";

/** What `--json` shows besides the fields of a job's file: who adds a job that was shown has not misspelled anything. */
const SHOWN: ReadonlySet<string> = new Set([...VIEW_FIELDS, "existed"]);

/**
 * Reads a JSON job.
 *
 * @param now Milliseconds since 1970, for `delay` and `at`.
 * @param unknown Called with the name of each field that means nothing to queuectl; it is kept.
 * @throws {UsageError} If it is not JSON, or says one thing in two ways.
 *
 * @example
 * ```ts
 * import { readJsonJob } from "./json_job.ts";
 *
 * const text = '{"command": ["echo", "a b"], "max-retries": 0, "timeout": "5m"}';
 * readJsonJob(text, Date.now(), () => {}); // { command: "echo 'a b'", max_retries: 0, timeout: 300 }
 * ```
 */
export function readJsonJob(
  text: string,
  now: number,
  unknown: (name: string) => void,
): Partial<JobInput> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `this begins like a JSON job, but is not JSON: ${reason} (shell text goes in --command)`,
    );
  }
  return fieldsOfJson(parsed as Record<string, unknown>, now, unknown);
}

/**
 * The fields of a JSON object by the names, and with the values, that a job's file has.
 *
 * @param given The object.
 * @param now Milliseconds since 1970, for `delay` and `at`.
 * @param unknown Called with the name of each field that means nothing to queuectl.
 * @throws {UsageError} If it says one thing in two ways, or a span, time or list of IDs is none.
 */
export function fieldsOfJson(
  given: Record<string, unknown>,
  now: number,
  unknown: (name: string) => void,
): Partial<JobInput> {
  const fields = new Map<string, unknown>();
  const saidBy = new Map<string, string>();
  for (const [name, value] of Object.entries(given)) {
    const known = name.replaceAll("-", "_");
    const field = JOB_FIELDS.get(known);
    if (!field) {
      const isKept = CHECKS_OF_FILE.has(known) || SHOWN.has(name);
      if (!isKept) unknown(name);
      fields.set(name, value);
      continue;
    }
    const own = field.sets ?? known;
    const before = saidBy.get(own);
    if (before !== undefined) {
      throw new UsageError(`"${before}" and "${name}" say the same; give one of them`);
    }
    saidBy.set(own, name);
    for (const [key, meant] of Object.entries(meantBy(known, name, value, now))) {
      fields.set(key, meant);
    }
  }
  return Object.fromEntries(fields) as Partial<JobInput>;
}

/** What a field says; what it cannot say is left for the check of the whole job to name. */
function meantBy(
  known: string,
  name: string,
  value: unknown,
  now: number,
): Record<string, unknown> {
  const { type, check } = JOB_FIELDS.get(known)!;
  if (known === "command" && Array.isArray(value)) return { command: argvText(value) };
  if (known === "at" && typeof value === "string") {
    const at = value === "now" ? now : parseTime(value, now, name);
    return { run_at: new Date(at).toISOString() };
  }
  if (known === "after" && typeof value === "string") return { after: afterOf([value], name) };
  if (known === "resource" && (Array.isArray(value) || String(value).includes("="))) {
    return needsOfOptions([value].flat().map(String)) as Record<string, unknown>;
  }
  if (type !== "span") return { [known === "at" ? "run_at" : known]: value };
  const seconds = typeof value !== "string"
    ? value
    : value === "none"
    ? null
    : parseDuration(value, name);
  if (known !== "delay") return { [known]: seconds };
  const fault = check(seconds);
  if (fault) throw new UsageError(`a job's ${name} ${fault}`);
  return { run_at: new Date(now + Math.round((seconds as number) * 1000)).toISOString() };
}

function argvText(argv: readonly unknown[]): unknown {
  const text = commandText(argv);
  if (typeof text === "string") return text;
  throw new UsageError(
    "a job's command must be a string, or an array of a program and its arguments, all strings",
  );
}

/** The fields that were given and mean nothing to queuectl, each with the places where it stands. */
export class UnknownFields {
  readonly #places = new Map<string, { first: string; count: number }>();

  /**
   * Notes a field.
   *
   * @param place Where it stands, such as `jobs, line 3: `; empty if there is but one job.
   */
  add(name: string, place: string = ""): void {
    const seen = this.#places.get(name);
    if (seen) seen.count++;
    else this.#places.set(name, { first: place, count: 1 });
  }

  /**
   * Says on stderr what each probably should have been, once.
   *
   * @param isStrict Whether to refuse them instead.
   * @throws {UsageError} If so, and there is one.
   */
  tell(isStrict: boolean): void {
    for (const [name, { first, count }] of this.#places) {
      const meant = meantField(name);
      const guess = meant === undefined ? "" : ` (did you mean "${meant}"?)`;
      const what = `${first}unknown field "${name}"${guess}`;
      if (isStrict) throw new UsageError(`${what}; nothing was added`);
      const more = count === 1 ? "" : `, in ${count} jobs`;
      say(visibleText(`queuectl: ${what}${more}; it is kept, and changes nothing`));
    }
  }
}

/** The field that was probably meant: another way to write it, or a slip away. */
function meantField(name: string): string | undefined {
  const bare = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  const known = [...JOB_FIELDS.keys()];
  return known.find((field) => bare(field) === bare(name)) ??
    nearestWord(name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase(), known);
}
