/**
 * From the options of `enqueue` and `run` to the fields of a job.
 *
 * @module
 */

import { UsageError } from "../queue/errors.ts";
import { homePath } from "../queue/home_path.ts";
import type { JobInput } from "../queue/job.ts";
import { parseDuration } from "./duration.ts";
import { absolutePath, type GivenOptions } from "./option.ts";
import { parseTime } from "./when.ts";

/**
 * The fields that options give a job; those not given are absent.
 *
 * @param options What was given.
 * @param now Milliseconds since 1970, for `--delay` and `--at`.
 * @throws {UsageError} If a value is not what it may be.
 */
export function jobFields(options: GivenOptions, now: number): Partial<JobInput> {
  const fields: Partial<JobInput> = {};
  const set = <K extends keyof JobInput>(field: K, value: JobInput[K] | undefined) => {
    if (value !== undefined) fields[field] = value;
  };
  set("id", options.text("id"));
  set("priority", options.whole("priority", 0, 9));
  set("max_retries", options.whole("max-retries", 0, 1_000_000));
  set("timeout", timeoutOf(options.text("timeout")));
  set("backoff_base", durationOf(options, "backoff-base"));
  set("backoff_factor", factorOf(options.text("backoff-factor")));
  Object.assign(fields, needsOfOptions(options.all("resource")));
  const readyAt = readyAtOf(options, now);
  set("run_at", readyAt === undefined ? undefined : new Date(readyAt).toISOString());
  set("after", afterOf(options.all("after")));
  if (options.has("after-any") && !options.has("after")) {
    throw new UsageError("--after-any needs --after ID");
  }
  set("after_any", flagOf(options, "after-any"));
  set("unique", options.text("unique"));
  if (options.has("unique-fail") && !options.has("unique")) {
    throw new UsageError("--unique-fail needs --unique KEY");
  }
  set("give_up_on", options.text("give-up-on"));
  set("retry_on", options.text("retry-on"));
  set("tempfail", flagOf(options, "tempfail"));
  set("hold", flagOf(options, "hold"));
  const cwd = options.text("cwd");
  if (cwd === "") throw new UsageError("--cwd needs a directory, not an empty word");
  set("cwd", cwd === undefined ? undefined : absolutePath(homePath(cwd, "--cwd")));
  set("env", environmentOf(options.all("env")));
  return fields;
}

function flagOf(options: GivenOptions, name: string): true | undefined {
  return options.has(name) || undefined;
}

/**
 * What `--resource NAME` and `--resource NAME=N` say: one place of one resource as ever, in `resource`; whatever is
 * more in `resources`.
 */
function needsOfOptions(given: readonly string[]): Pick<JobInput, "resource" | "resources"> {
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

/** IDs, or beginnings or ends of them, with commas between or one option each. */
function afterOf(lists: readonly string[]): string[] | undefined {
  if (lists.length === 0) return undefined;
  const ids = lists.flatMap((list) => list.split(",")).map((id) => id.trim());
  if (ids.includes("")) throw new UsageError("--after needs an ID, or several with commas between");
  return [...new Set(ids)];
}

function durationOf(options: GivenOptions, name: string): number | undefined {
  const text = options.text(name);
  return text === undefined ? undefined : parseDuration(text, `--${name}`);
}

/** The `timeout` of a job is `null` for none, which wins over the queue's setting. */
function timeoutOf(text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined;
  if (text === "none") return null;
  const seconds = parseDuration(text, "--timeout");
  if (seconds === 0) throw new UsageError("--timeout must be above 0, or none for no limit");
  return seconds;
}

function factorOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const factor = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (factor >= 0 && factor <= 1000) return factor;
  throw new UsageError(`--backoff-factor must be a number from 0 to 1000, not "${text}"`);
}

/**
 * The time that `--at` or `--delay` says; `undefined` if neither was given.
 *
 * @param now Milliseconds since 1970, as is the answer.
 * @throws {UsageError} If it is none, or both were given.
 */
export function readyAtOf(options: GivenOptions, now: number): number | undefined {
  const at = options.text("at");
  const delay = durationOf(options, "delay");
  if (at !== undefined && delay !== undefined) {
    throw new UsageError("--at and --delay both say when; give one of them");
  }
  if (at === "now") return now;
  if (at !== undefined) return parseTime(at, now, "--at");
  if (delay !== undefined) return now + Math.round(delay * 1000);
}

function environmentOf(settings: readonly string[]): Record<string, string> | undefined {
  if (settings.length === 0) return undefined;
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
