/**
 * From the options of `enqueue` and `run` to the fields of a job.
 *
 * @module
 */

import { isAbsolute } from "@std/path/posix/is-absolute";
import { UsageError } from "../../text/errors.ts";
import { absolutePath } from "../../text/home_path.ts";
import type { JobInput } from "../../format/job.ts";
import { JOB_FIELDS, optionName } from "../../format/job_fields.ts";
import { parseDuration } from "../terminal/duration.ts";
import type { GivenOptions } from "../table/option.ts";
import { parseTime } from "./when.ts";

/**
 * The fields that options give a job; those not given are absent.
 *
 * @param options What was given.
 * @param now Milliseconds since 1970, for `--delay` and `--at`.
 * @throws {UsageError} If a value is not what it may be.
 */
export function jobFields(options: GivenOptions, now: number): Partial<JobInput> {
  if (options.has("after-any") && !options.has("after")) {
    throw new UsageError("--after-any needs --after ID");
  }
  if (options.has("unique-fail") && !options.has("unique")) {
    throw new UsageError("--unique-fail needs --unique KEY");
  }
  const fields: Partial<JobInput> = {};
  for (const name of JOB_FIELDS.keys()) {
    if (name === "command" || !options.has(optionName(name))) continue;
    Object.assign(fields, SPECIAL[name]?.(options, now) ?? { [name]: optionValue(options, name) });
  }
  return fields;
}

/** The fields that options give which are more than one word, or not what the word says. */
const SPECIAL: Readonly<
  Record<string, (options: GivenOptions, now: number) => Partial<JobInput>>
> = {
  delay: (options, now) => ({ run_at: new Date(readyAtOf(options, now)!).toISOString() }),
  at: (options, now) => ({ run_at: new Date(readyAtOf(options, now)!).toISOString() }),
  resource: (options) => needsOfOptions(options.all("resource")),
  after: (options) => ({ after: afterOf(options.all("after")) }),
  shell: (options) => ({ shell: shellHere(options.text("shell")!, "--shell") }),
  cwd: (options) => ({ cwd: workingDirectory(options.text("cwd")!) }),
  env: (options) => ({ env: environmentOf(options.all("env")) }),
};

/**
 * What an option says that sets a field by one word; `undefined` if it was not given.
 *
 * @param field The name of the field.
 * @throws {UsageError} If the word is no number or span where there should be one, or out of its bounds.
 */
export function optionValue(options: GivenOptions, field: string): unknown {
  const { type, check } = JOB_FIELDS.get(field)!;
  const name = optionName(field);
  if (type === "flag") return options.has(name) || undefined;
  const word = options.text(name);
  // Of a text the check of the whole job says what is wrong, wherever it comes from.
  if (word === undefined || type === "text") return word;
  const value = type === "number"
    ? /^\d+(\.\d+)?$/.test(word) ? Number(word) : NaN
    : word === "none"
    ? null
    : parseDuration(word, `--${name}`);
  const fault = check(value);
  if (fault) throw new UsageError(`--${name} ${fault}, not "${word}"`);
  return value;
}

/**
 * The path of a shell, if that is a program on this machine. What is no absolute path is left to the check of the field.
 *
 * @throws {UsageError} If it is none.
 */
export function shellHere(path: string, what: string): string {
  if (!isAbsolute(path)) return path;
  try {
    const { isFile, mode } = Deno.statSync(path);
    if (isFile && ((mode ?? 0o111) & 0o111) !== 0) return path;
  } catch {
    // Then it is none.
  }
  throw new UsageError(`${what} must be a shell that is there, such as /bin/bash, not "${path}"`);
}

function workingDirectory(path: string): string {
  if (path === "") throw new UsageError("--cwd needs a directory, not an empty word");
  return absolutePath(path, "--cwd");
}

/**
 * What `--resource NAME` and `--resource NAME=N` say: one place of one resource as ever, in `resource`; whatever is
 * more in `resources`.
 */
export function needsOfOptions(given: readonly string[]): Pick<JobInput, "resource" | "resources"> {
  const needs = new Map<string, number>();
  for (const text of given) {
    const [, name, places] = /^([^=]*)(?:=(.*))?$/s.exec(text)!;
    const count = places === undefined ? 1 : /^\d{1,4}$/.test(places) ? Number(places) : NaN;
    if (!(count >= 1 && count <= 1024)) {
      throw new UsageError(
        `--resource ${text}: the number of places must be a whole number from 1 to 1024`,
      );
    }
    if (needs.has(name!)) {
      throw new UsageError(
        `--resource ${name} is given twice (for two places of it: --resource ${name}=2)`,
      );
    }
    needs.set(name!, count);
  }
  const [first] = needs;
  if (!first) return {};
  return needs.size === 1 && first[1] === 1
    ? { resource: first[0] }
    : { resources: Object.fromEntries(needs) };
}

/**
 * IDs, or beginnings or ends of them, with commas between or one option each.
 *
 * @param what What to call it in the error.
 * @throws {UsageError} If one is empty.
 */
export function afterOf(lists: readonly string[], what: string = "--after"): string[] {
  const ids = lists.flatMap((list) => list.split(",")).map((id) => id.trim());
  if (ids.includes("")) throw new UsageError(`${what} needs an ID, or several with commas between`);
  return [...new Set(ids)];
}

/**
 * The time that `--at` or `--delay` says; `undefined` if neither was given.
 *
 * @param now Milliseconds since 1970, as is the answer.
 * @throws {UsageError} If it is none, or both were given.
 */
export function readyAtOf(options: GivenOptions, now: number): number | undefined {
  const at = options.text("at");
  const delay = optionValue(options, "delay") as number | null | undefined;
  if (at !== undefined && delay !== undefined) {
    throw new UsageError("--at and --delay both say when; give one of them");
  }
  if (at === "now") return now;
  if (at !== undefined) return parseTime(at, now, "--at");
  if (delay !== undefined) return now + Math.round(delay! * 1000);
}

function environmentOf(settings: readonly string[]): Record<string, string> {
  const env: [string, string][] = [];
  for (const setting of settings) {
    const equals = setting.indexOf("=");
    if (equals === 0 || setting === "") {
      throw new UsageError(`--env must be NAME=VALUE or NAME, not "${setting}"`);
    }
    if (equals < 0) env.push([setting, ownVariable(setting)]);
    else env.push([setting.slice(0, equals), setting.slice(equals + 1)]);
  }
  return Object.fromEntries(env);
}

/**
 * A variable of this program's own environment: on the command line others could read it.
 *
 * @throws {UsageError} If it is not set, or not UTF-8.
 */
function ownVariable(name: string): string {
  let value: string | undefined;
  try {
    value = Deno.env.get(name);
  } catch {
    throw new UsageError(`--env ${name}: that variable is not UTF-8 in this environment`);
  }
  if (value !== undefined) return value;
  throw new UsageError(
    `--env ${name}: there is no such variable in this environment (give --env ${name}=VALUE, or export it)`,
  );
}
