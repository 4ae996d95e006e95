/**
 * From the words after `enqueue`, `run` or `schedule add` to a job.
 *
 * @module
 */

import { UsageError } from "../../text/errors.ts";
import { absolutePath } from "../../text/home_path.ts";
import type { JobInput } from "../../format/job.ts";
import { type Invocation, optionsOf } from "../table/command.ts";
import { later } from "../../text/later.ts";
import { refuseReplaced } from "../table/option.ts";

/**
 * The job that a call describes. Options win over the fields of a JSON job; the current directory
 * is the default.
 *
 * @throws {UsageError} If it describes no job.
 */
export async function jobOfCall(call: Invocation): Promise<JobInput> {
  const { command, options } = call;
  const job = await jobOfWords(call);
  // Most calls have no options, and need not load what reads them.
  if (!command.options?.some(({ name }) => name !== "command" && options.has(name))) {
    return mergeJobs(job, {});
  }
  const { jobFields } = await import(
    later("./job_options.ts")
  ) as typeof import("./job_options.ts");
  return mergeJobs(job, jobFields(options, Date.now()));
}

/** One job of two: where both have a field, `over` wins; environments are joined name by name. */
export function mergeJobs(under: Partial<JobInput>, over: Partial<JobInput>): JobInput {
  const merged = { ...under, ...over } as JobInput;
  // The two fields are one demand in two forms: a new one replaces both.
  if (over.resource !== undefined && over.resources === undefined) delete merged.resources;
  if (over.resources !== undefined && over.resource === undefined) delete merged.resource;
  // The check of the whole job names an environment, or a directory, that is invalid.
  if (isObject(under.env) && isObject(over.env)) merged.env = { ...under.env, ...over.env };
  merged.cwd = typeof merged.cwd === "string" && merged.cwd !== ""
    ? absolutePath(merged.cwd, "cwd")
    : merged.cwd ?? Deno.cwd();
  return merged;
}

/** Whether a value is an object with fields, and no array. */
export function isObject(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function jobOfWords(call: Invocation): Promise<Partial<JobInput>> {
  const { command: { name, takes }, options, words } = call;
  const command = options.text("command");
  for (const word of command === undefined ? words : [command]) {
    refuseReplaced(word, "the command", " (which --file accepts)");
  }
  const [first] = words;
  if (command !== undefined) {
    if (first === undefined) return { command };
    throw new UsageError(`the command is given twice: by --command and by "${first}"`);
  }
  if (first === undefined) {
    const lines = name === "enqueue" ? "; for a job of each line of stdin: --file -" : "";
    throw new UsageError(
      `${name} needs COMMAND (usage: queuectl ${name} [options] ${takes}${lines})`,
    );
  }
  if (first === "-" && words.length === 1) {
    throw new UsageError(
      '"-" is no command (for a job of each line of stdin: queuectl enqueue --file -)',
    );
  }
  if (call.separatedAt === undefined) refuseMisplaced(call);
  if (words.length === 1) refuseManyLineJson(first, "", "");
  if (looksLikeJson(first)) {
    if (words.length > 1) throw new UsageError("a JSON job must be one word, in quotes");
    const module = await import(later("./json_job.ts")) as typeof import("./json_job.ts");
    const unknown = new module.UnknownFields();
    const job = module.readJsonJob(first, Date.now(), (field) => unknown.add(field));
    unknown.report(options.has("strict"));
    return job;
  }
  if (words.length === 1) return { command: first };
  const { shellQuote } = await import(
    later("../../text/shell_quote.ts")
  ) as typeof import("../../text/shell_quote.ts");
  return { command: shellQuote(words) };
}

/** Whether a text is a JSON job: `{"…` or `{}`. `{ echo a; }` is shell text. */
export function looksLikeJson(text: string): boolean {
  return /^\s*\{\s*["}]/.test(text);
}

/** `[{"…`, or a bracket alone on its line: an error in every shell. */
const MANY_LINE_JSON = /^\s*(\[?\s*\{\s*$|\[\s*\{\s*["}]|\[\]?\s*$)/;

/**
 * Refuses what begins like a JSON array, or a JSON object on several lines, and can be no command.
 *
 * @param place What the message begins with.
 * @param end What it ends with.
 * @throws {UsageError} If it is refused.
 */
export function refuseManyLineJson(text: string, place: string, end: string): void {
  if (!MANY_LINE_JSON.test(text)) return;
  const isArray = text.trimStart().startsWith("[");
  throw new UsageError(
    `${place}this begins like a JSON ${isArray ? "array" : "object of several lines"}, and ` +
      `--file takes a JSON job on each line: jq -c ${isArray ? "'.[]'" : "."} FILE | ` +
      `queuectl enqueue --file -${end}`,
  );
}

/** @throws {UsageError} If an option stands behind the command, and would become part of it. */
export function refuseMisplaced({ command, words }: Pick<Invocation, "command" | "words">): void {
  const end = words.indexOf("--");
  const names = words.slice(1, end < 0 ? undefined : end).map((word) => word.split("=")[0]);
  const option = optionsOf(command).find(({ name }) => names.includes(`--${name}`));
  if (!option) return;
  const written = [`--${option.name}`, option.value].filter(Boolean).join(" ");
  throw new UsageError(
    `--${option.name} goes before the command: queuectl ${command.name} ${written} COMMAND… ` +
      `(if it is meant for the command itself: queuectl ${command.name} -- COMMAND…)`,
  );
}
