/**
 * From the words after `enqueue` or `run` to a job.
 *
 * @module
 */

import { UsageError } from "../../text/errors.ts";
import { absolutePath } from "../../text/home_path.ts";
import type { JobInput } from "../../format/job.ts";
import { GLOBAL_OPTIONS, type Invocation, later } from "../table/command.ts";
import { ENQUEUE_OPTIONS, FILE_OPTIONS, RUN_OPTIONS } from "../table/add_commands.ts";
import { refuseReplaced } from "../table/option.ts";

/**
 * The job that a call of `enqueue` or `run` describes. What its options say wins over a JSON job's own
 * fields; it runs in the current directory unless told otherwise.
 *
 * @throws {UsageError} If it describes none.
 */
export async function jobOfCall(call: Invocation): Promise<JobInput> {
  const { options } = call;
  const job = await wordsJob(call);
  // A call without options is the most frequent one, and is not made to load what reads them.
  const able = [...ENQUEUE_OPTIONS, ...FILE_OPTIONS];
  if (!able.some(({ name }) => name !== "command" && options.has(name))) {
    return mergeJobs(job, {});
  }
  const module = await import(later("./job_options.ts")) as typeof import("./job_options.ts");
  return mergeJobs(job, module.jobFields(options, Date.now()));
}

/** One job of two: where both have a field, `over` wins; environments are joined name by name. */
export function mergeJobs(under: Partial<JobInput>, over: Partial<JobInput>): JobInput {
  const merged = { ...under, ...over } as JobInput;
  // The two say the same thing in two ways: where one says it anew, what the other had said holds no more.
  if (over.resource !== undefined && over.resources === undefined) delete merged.resources;
  if (over.resources !== undefined && over.resource === undefined) delete merged.resource;
  // What is not an environment is left for the check of the whole job to name.
  if (isObject(under.env) && isObject(over.env)) merged.env = { ...under.env, ...over.env };
  // An empty one is left for the check of the whole job, like what is no path at all.
  merged.cwd = typeof merged.cwd === "string" && merged.cwd !== ""
    ? absolutePath(merged.cwd, "cwd")
    : merged.cwd ?? Deno.cwd();
  return merged;
}

function isObject(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function wordsJob(call: Invocation): Promise<Partial<JobInput>> {
  const { name, options, words } = call;
  const command = options.text("command");
  for (const word of command === undefined ? words : [command]) {
    refuseReplaced(word, "the command", "; with that character it is taken from --file");
  }
  if (command !== undefined) {
    if (words.length > 0) {
      throw new UsageError(`the command is given twice: by --command and by "${words[0]}"`);
    }
    return { command };
  }
  if (words.length === 0) {
    const takes = name === "schedule add" ? "NAME WHEN COMMAND…" : "COMMAND…";
    throw new UsageError(`${name} needs COMMAND (usage: queuectl ${name} [options] ${takes})`);
  }
  if (call.separatedAt === undefined) refuseMisplaced(name, words);
  if (looksLikeJson(words[0]!)) {
    if (words.length > 1) throw new UsageError("a JSON job stands alone, as one word in quotes");
    const module = await import(later("./json_job.ts")) as typeof import("./json_job.ts");
    const unknown = new module.UnknownFields();
    const job = module.readJsonJob(words[0]!, Date.now(), (field) => unknown.add(field));
    unknown.tell(options.has("strict"));
    return job;
  }
  if (words.length === 1) return { command: words[0]! };
  const module = await import(
    later("../../text/shell_quote.ts")
  ) as typeof import("../../text/shell_quote.ts");
  return { command: module.shellQuote(words) };
}

/** Whether a text is meant as a JSON job: `{"…` or `{}`. `{ echo a; }` is shell text. */
export function looksLikeJson(text: string): boolean {
  return /^\s*\{\s*["}]/.test(text);
}

/**
 * An option of ours behind the command would silently become part of it.
 *
 * @throws {UsageError} If there is one.
 */
function refuseMisplaced(name: string, words: readonly string[]): void {
  const own = [
    ...ENQUEUE_OPTIONS,
    ...FILE_OPTIONS,
    ...(name === "run" ? RUN_OPTIONS : []),
    ...GLOBAL_OPTIONS,
  ];
  for (const word of words.slice(1)) {
    if (word === "--") return;
    const option = own.find((option) =>
      word === `--${option.name}` || word.startsWith(`--${option.name}=`)
    );
    if (!option) continue;
    const value = option.value === undefined ? "" : ` ${option.value}`;
    throw new UsageError(
      `--${option.name} goes before the command: queuectl ${name} --${option.name}${value} COMMAND… ` +
        `(if it is meant for the command itself: queuectl ${name} -- COMMAND…)`,
    );
  }
}
