/**
 * The program: finds the command, runs it, and turns what goes wrong into one sentence and an exit
 * status: 0, 1 (failed) or 2 (usage).
 *
 * @module
 */

import { QueueError, UsageError } from "../queue/errors.ts";
import { type Command, GLOBAL_OPTIONS } from "./command.ts";
import { COMMANDS, GROUPS } from "./commands.ts";
import { type GivenOptions, MisspelledError, readWords } from "./option.ts";
import { print, say } from "./output.ts";

/**
 * Runs queuectl.
 *
 * @param args The words after the program's name.
 * @returns The exit status.
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    // Whoever read our output has seen enough.
    if (error instanceof Deno.errors.BrokenPipe) return 0;
    return await report(error);
  }
}

async function dispatch(args: readonly string[]): Promise<number> {
  const { found, before, rest } = findCommand(args);
  if (typeof found === "string") return await withoutCommand(found, before, rest);

  const known = [...found.options, ...GLOBAL_OPTIONS];
  const see = `see: queuectl ${found.name} --help`;
  const { options, words, separatedAt } = readWords(rest, known, found.verbatim ?? false, see);
  if (options.has("help") || before.has("help")) {
    print((await import("./help.ts")).commandHelp(found));
    return 0;
  }
  checkWords(found, words);
  const run = await found.load();
  return await run({
    name: found.name,
    options,
    words,
    separatedAt,
    dir: options.text("dir") ?? before.text("dir"),
    json: options.has("json") || before.has("json"),
  }) ?? 0;
}

/** What stands in front of the command's own words. A group without a command is a string. */
interface Found {
  found: Command | string;
  before: GivenOptions;
  rest: readonly string[];
}

function findCommand(args: readonly string[]): Found {
  const known = [...GLOBAL_OPTIONS, { name: "version", help: "" }];
  const { options: before, words } = readWords(args, known, true, "see: queuectl --help");
  const first = words[0];
  if (first === undefined) return { found: "", before, rest: [] };
  const single = COMMANDS.find(({ name }) => name === first);
  if (single) return { found: single, before, rest: words.slice(1) };
  if (!Object.hasOwn(GROUPS, first)) return { found: "", before, rest: words };

  const inner = readWords(words.slice(1), GLOBAL_OPTIONS, true, `see: queuectl ${first} --help`);
  for (const { name } of GLOBAL_OPTIONS) {
    for (const value of inner.options.all(name)) before.add(name, value);
  }
  const found = COMMANDS.find(({ name }) => name === `${first} ${inner.words[0]}`);
  return { found: found ?? first, before, rest: inner.words.slice(found ? 1 : 0) };
}

/** `queuectl`, `queuectl --version`, `queuectl help [COMMAND]`, `queuectl worker --help`, or a mistake. */
async function withoutCommand(
  group: string,
  options: GivenOptions,
  rest: readonly string[],
): Promise<number> {
  if (options.has("version")) {
    print(`queuectl ${(await import("../version.ts")).VERSION}`);
    return 0;
  }
  if (group === "" && rest[0] === "help") return await dispatch([...rest.slice(1), "--help"]);
  if (options.has("help") || (group === "" && rest.length === 0)) {
    const { groupHelp, topHelp } = await import("./help.ts");
    print(group === "" ? topHelp() : groupHelp(group));
    return 0;
  }
  const prefix = group === "" ? "" : `${group} `;
  const names = COMMANDS.map(({ name }) => name).filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length).split(" ")[0]!);
  if (rest.length === 0) {
    throw new UsageError(
      `${group} needs one of: ${names.join(", ")} (see: queuectl ${group} --help)`,
    );
  }
  throw new MisspelledError(
    `unknown command "${prefix}${rest[0]}"`,
    rest[0]!,
    [...new Set(names)],
    `see: queuectl ${prefix}--help`,
  );
}

function checkWords(
  { name, takes, words: [least, most] }: Command,
  words: readonly string[],
): void {
  if (words.length < least) {
    throw new UsageError(
      `${name} needs ${takes.replace("…", "")} (usage: queuectl ${name} ${takes})`,
    );
  }
  if (words.length > most) {
    const extra = words[most]!;
    throw new UsageError(
      most === 0
        ? `${name} takes no arguments, and "${extra}" is one (see: queuectl ${name} --help)`
        : `${name} takes ${takes}, and "${extra}" is too much (see: queuectl ${name} --help)`,
    );
  }
}

async function report(error: unknown): Promise<number> {
  const { visibleText } = await import("./visible_text.ts");
  const fail = (sentence: string) => say(`queuectl: ${visibleText(sentence)}`);
  if (error instanceof MisspelledError) {
    const { nearestWord } = await import("./spelling.ts");
    const near = nearestWord(error.word, error.known);
    fail(`${error.message} (${near ? `did you mean ${near}?` : error.see})`);
    return 2;
  }
  if (error instanceof UsageError || error instanceof QueueError) {
    fail(error.message);
    return error instanceof UsageError ? 2 : 1;
  }
  const { systemFault } = await import("./system_fault.ts");
  const fault = systemFault(error);
  if (fault !== undefined) fail(fault);
  // Not the user's mistake but ours: all that helps to find it.
  else {say(
      `queuectl: this is a fault in queuectl: ${error instanceof Error ? error.stack : error}`,
    );}
  return 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
