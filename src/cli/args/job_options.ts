/**
 * From options to the fields of a job. Their bounds and help stand in format/job_fields.ts.
 *
 * @module
 */

import { isAbsolute } from "@std/path/posix/is-absolute";
import { UsageError } from "../../text/errors.ts";
import { bytesInSize } from "../../text/byte_size.ts";
import { absolutePath } from "../../text/home_path.ts";
import type { JobInput } from "../../format/job.ts";
import { hostOrTag } from "../../format/field_checks.ts";
import { JOB_FIELDS, optionName } from "../../format/job_fields.ts";
import { parseDuration } from "./duration_option.ts";
import type { GivenOptions } from "../table/option.ts";
import { note } from "../terminal/output.ts";
import { parseTime } from "./when.ts";
import { readEnvFile, VARIABLE_NAME } from "./env_file.ts";
import { tagsIn } from "./worker_tags.ts";

/**
 * The fields that options give a job.
 *
 * @param now Milliseconds since 1970, for `--delay` and `--at`.
 * @throws {UsageError} If a value is invalid.
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
    Object.assign(fields, OWN_WAYS[name]?.(options, now) ?? { [name]: optionValue(options, name) });
  }
  const files = options.all("env-file");
  // Explicit variables win, whatever the order of the options.
  if (files.length > 0) fields.env = Object.assign({}, ...files.map(readEnvFile), fields.env);
  return fields;
}

const readyField = (options: GivenOptions, now: number) => ({
  run_at: new Date(readyAtOf(options, now)!).toISOString(),
});

/** How options set fields whose value is not the option's own word. */
const OWN_WAYS: Readonly<
  Record<string, (options: GivenOptions, now: number) => Partial<JobInput>>
> = {
  delay: readyField,
  at: readyField,
  resource: (options) => resourceFields(options.all("resource")),
  on: (options) => ({ on: tagsOf(options, "on") }),
  tags: (options) => ({ tags: tagsOf(options, "tag") }),
  give_up_on: (options) => ({ give_up_on: failuresOf(options, "give-up-on") }),
  retry_on: (options) => ({ retry_on: failuresOf(options, "retry-on") }),
  after: (options) => ({ after: jobIds(options.all("after")) }),
  shell: (options) => ({ shell: shellHere(options.text("shell")!, "--shell") }),
  cwd(options) {
    const path = options.text("cwd")!;
    if (path === "") throw new UsageError("--cwd needs a directory, not an empty word");
    const cwd = absolutePath(path, "--cwd");
    warnIfMissing(cwd);
    return { cwd };
  },
  env: (options) => ({ env: environmentOf(options.all("env")) }),
};

/**
 * The value of the option that sets a field by one word; `undefined` if it was not given.
 *
 * @throws {UsageError} If a number or span is invalid or out of bounds. The check of the whole job
 * names an invalid text.
 */
export function optionValue(options: GivenOptions, field: string): unknown {
  const { type, check } = JOB_FIELDS.get(field)!;
  const name = optionName(field);
  if (type === "flag") return options.has(name) || undefined;
  const word = options.text(name);
  if (word === undefined || type === "text") return word;
  const value = type === "span"
    ? spanOrNone(word, `--${name}`)
    : type === "size"
    ? word === "none" ? null : bytesInSize(word)
    : /^-?\d+(\.\d+)?$/.test(word)
    ? Number(word)
    : NaN;
  const fault = check(value);
  if (fault) throw new UsageError(`--${name} ${fault}, not "${word}"`);
  return value;
}

function tagsOf(options: GivenOptions, name: string): string[] {
  const tags = tagsIn(options.all(name));
  if (tags.length === 0) {
    throw new UsageError(`--${name} needs a tag, or several with commas between`);
  }
  const wrong = tags.find((tag) => hostOrTag.check(tag) !== undefined);
  if (wrong === undefined) return tags;
  throw new UsageError(`--${name} ${hostOrTag.check(wrong)}, not "${wrong}"`);
}

/** A list of exit statuses; the check of the whole job names an invalid one. */
function failuresOf(options: GivenOptions, name: string): string {
  const list = options.text(name)!;
  const hasSuccess = list.split(",").some((range) => /^\s*0+\s*(-|$)/.test(range));
  if (!hasSuccess) return list;
  throw new UsageError(`--${name} ${list}: exit status 0 is success; begin at 1`);
}

/** The seconds in a span, or `null` for `none`. */
export function spanOrNone(word: string, what: string): number | null {
  return word === "none" ? null : parseDuration(word, what);
}

/**
 * The path of a shell, if that is a program on this machine. The check of the field names a path
 * that is not absolute.
 *
 * @throws {UsageError} If there is no such program.
 */
export function shellHere(path: string, what: string): string {
  if (!isAbsolute(path)) return path;
  try {
    const { isFile, mode } = Deno.statSync(path);
    if (isFile && ((mode ?? 0o111) & 0o111) !== 0) return path;
  } catch {
    // Nothing is there.
  }
  throw new UsageError(
    `${what} must be a shell on this machine, such as /bin/bash, not "${path}"`,
  );
}

/** Warns of a directory that is missing: another job may make it before this one runs. */
function warnIfMissing(cwd: string): void {
  try {
    if (Deno.statSync(cwd).isDirectory) return;
    note(`--cwd ${cwd} is not a directory; the job fails if it is none when it runs`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) return;
    note(`--cwd ${cwd} is missing; the job fails unless the directory is made before it runs`);
  }
}

/** The field `resource` for one place of one resource; `resources` for more. */
export function resourceFields(given: readonly string[]): Pick<JobInput, "resource" | "resources"> {
  const needs = new Map<string, number>();
  for (const text of given) {
    const [, name, places = "1"] = /^([^=]*)(?:=(.*))?$/s.exec(text) as unknown as [
      string,
      string,
      string?,
    ];
    const count = /^\d{1,4}$/.test(places) ? Number(places) : NaN;
    if (!(count >= 1 && count <= 1024)) {
      throw new UsageError(
        `--resource ${text}: the number of places must be a whole number from 1 to 1024`,
      );
    }
    if (needs.has(name)) {
      throw new UsageError(
        `--resource ${name} is given twice (for two places of it: --resource ${name}=2)`,
      );
    }
    needs.set(name, count);
  }
  const [first] = needs;
  if (!first) return {};
  return needs.size === 1 && first[1] === 1
    ? { resource: first[0] }
    : { resources: Object.fromEntries(needs) };
}

/**
 * The IDs, or parts of IDs, in lists with commas between.
 *
 * @throws {UsageError} If one is empty.
 */
export function jobIds(lists: readonly string[], what: string = "--after"): string[] {
  const ids = lists.flatMap((list) => list.split(",")).map((id) => id.trim());
  if (ids.includes("")) throw new UsageError(`${what} needs an ID, or several with commas between`);
  return [...new Set(ids)];
}

/**
 * The time that `--at` or `--delay` gives, in milliseconds since 1970 as `now` is; `undefined` if
 * neither was given.
 *
 * @throws {UsageError} If it is invalid, or both were given.
 */
export function readyAtOf(options: GivenOptions, now: number): number | undefined {
  const at = options.text("at");
  const delay = optionValue(options, "delay") as number | undefined;
  if (at !== undefined && delay !== undefined) {
    throw new UsageError("--at and --delay both give the time; remove one of them");
  }
  if (at !== undefined) return dueAt(at, now);
  if (delay !== undefined) return now + Math.round(delay * 1000);
}

/** A time that has passed by more, in milliseconds, is a slip: a script may be late by less. */
const LATEST = 86_400_000;

function dueAt(text: string, now: number): number {
  const time = timeAt(text, now, "--at");
  if (time < now - LATEST) {
    throw new UsageError(`--at "${text}" has passed, over a day ago (to run it at once: --at now)`);
  }
  if (time < now - 60_000) note(`--at "${text}" has passed; the job is due at once`);
  return time;
}

/** The time that a text names, which may be `now`, in milliseconds since 1970. */
export function timeAt(text: string, now: number, what: string): number {
  return text === "now" ? now : parseTime(text, now, what);
}

function environmentOf(settings: readonly string[]): Record<string, string> {
  return Object.fromEntries(settings.map((setting) => {
    const equals = setting.indexOf("=");
    const name = equals < 0 ? setting : setting.slice(0, equals);
    if (!VARIABLE_NAME.test(name)) {
      throw new UsageError(
        `--env must be NAME=VALUE or NAME: "${name}" is no name of a variable, which has ` +
          "A-Z, a-z, 0-9, _, . or - and begins with a letter or _",
      );
    }
    if (equals < 0) return [setting, ownVariable(setting)];
    return [name, setting.slice(equals + 1)];
  }));
}

/**
 * A variable of this program's environment: on the command line other users could read it.
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
