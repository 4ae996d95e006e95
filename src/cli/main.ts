/**
 * The program: finds the command, runs it, and turns what goes wrong into one sentence and an exit
 * status: 0, 1 (failed) or 2 (usage).
 *
 * @module
 */

import { UsageError } from "../text/errors.ts";
import {
  type Command,
  GLOBAL_OPTIONS,
  later,
  loadCommand,
  VERSION_OPTION,
} from "./table/command.ts";
// The command called most often, by programs above all, and so the only one that is there from the
// start: loading it on demand, or the table of all others with it, would cost a tenth of its time.
import { ADDING_COMMANDS } from "./table/adding_commands.ts";
import { enqueue } from "./commands/add/enqueue.ts";
import { type GivenOptions, MisspelledError, type ReadWords, readWords } from "./table/option.ts";
import { print, printText, say } from "./terminal/output.ts";

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
    const special = error instanceof Error && /^Requires all access to (".*?")/.exec(error.message);
    if (special) {
      say(`queuectl: ${special[1]} cannot be used, as it is the system's own; choose another path`);
      return 1;
    }
    // Said here, as without that permission nothing more can be loaded.
    if (error instanceof Error && /^Requires \S+ access/.test(error.message)) {
      say(`queuectl: ${error.message.split(",")[0]}; start queuectl with: deno task queuectl`);
      return 1;
    }
    let said: typeof import("./report.ts");
    try {
      said = await import(later("./report.ts"));
    } catch (unloaded) {
      // What keeps this from being loaded, too many open files say, is most likely what was to be reported.
      const reason = /([^:\n]*) \(os error \d+\)/.exec(String(unloaded))?.[1]?.trim();
      say(`queuectl: cannot load its own files: ${reason ?? String(unloaded).split("\n")[0]}`);
      return 1;
    }
    return said.report(error);
  }
}

async function dispatch(args: readonly string[]): Promise<number> {
  const { found, options: given, joined, rest } = await findCommand(args);
  if (typeof found === "string") return await withoutCommand(found, given, rest);

  const { options, words, separatedAt } = readWords(rest, {
    known: [...found.options, ...GLOBAL_OPTIONS],
    endAfter: found.endAfter,
    see: `see: queuectl ${found.name} --help`,
    before: joined,
  });
  if (options.has("help")) {
    const { commandHelp } = await import(later("./help.ts")) as typeof import("./help.ts");
    printText(commandHelp(found));
    return 0;
  }
  checkWords(found, words);
  const json = options.has("json");
  if (!json && !TELLS_NO_TIMES.has(found.name)) await warnOfZone();
  const run = found.name === "enqueue" ? enqueue : await loadCommand(found);
  return await run({
    name: found.name,
    options,
    words,
    separatedAt,
    dir: options.text("dir"),
    lockWait: options.text("lock-wait"),
    ofAnyUser: options.has("other-user"),
    json,
  }) ?? 0;
}

/** Commands that show no local time; those that take one refuse it where the zone is not known. */
const TELLS_NO_TIMES = new Set(["enqueue", "run", "wait", "completions", "queue path"]);

/** Says that local times are not those of `$TZ`, where the runtime does not read it. */
async function warnOfZone(): Promise<void> {
  if (!Deno.env.get("TZ")) return;
  const path = later("../schedules/local_zone.ts");
  const { zoneFault } = await import(path) as typeof import("../schedules/local_zone.ts");
  const fault = zoneFault();
  if (fault !== undefined) say(`queuectl: ${fault}; the local times shown are not in it`);
}

/** The table of all commands. */
async function table(): Promise<typeof import("./table/commands.ts")> {
  return await import(later("./table/commands.ts"));
}

/** A command, or a group's name or "" where none was given, with what stands in front of it and behind it. */
interface Found extends Pick<ReadWords, "options" | "joined"> {
  readonly found: Command | string;
  readonly rest: readonly string[];
}

async function findCommand(args: readonly string[]): Promise<Found> {
  const known = [...GLOBAL_OPTIONS, VERSION_OPTION];
  const outer = readWords(args, { known, endAfter: 1, see: "see: queuectl --help" });
  const [first, ...rest] = outer.words;
  if (first === undefined || outer.options.has("version")) return { ...outer, found: "", rest: [] };
  const isFirst = ({ name }: Command) => name === first;
  const adding = ADDING_COMMANDS.find(isFirst);
  if (adding) return { ...outer, found: adding, rest };
  const { COMMANDS, GROUPS } = await table();
  const single = COMMANDS.find(isFirst);
  if (single) return { ...outer, found: single, rest };
  if (!Object.hasOwn(GROUPS, first)) return { ...outer, found: "", rest: outer.words };

  const see = `see: queuectl ${first} --help`;
  const inner = readWords(rest, {
    known: GLOBAL_OPTIONS,
    endAfter: 1,
    see,
    before: outer.joined,
  });
  const found = COMMANDS.find(({ name }) => name === `${first} ${inner.words[0]}`);
  return { ...inner, found: found ?? first, rest: inner.words.slice(found ? 1 : 0) };
}

/** `queuectl`, `queuectl --version`, `queuectl help [COMMAND]`, `queuectl worker --help`, or a mistake. */
async function withoutCommand(
  group: string,
  options: GivenOptions,
  rest: readonly string[],
): Promise<number> {
  if (options.has("version")) {
    const { VERSION } = await import(later("../version.ts")) as typeof import("../version.ts");
    print(`queuectl ${VERSION}`);
    return 0;
  }
  if (group === "" && rest[0] === "help") return await dispatch([...rest.slice(1), "--help"]);
  if (options.has("help") || (group === "" && rest.length === 0)) {
    const { groupHelp, topHelp } = await import(later("./help.ts")) as typeof import("./help.ts");
    printText(group === "" ? topHelp() : groupHelp(group));
    return 0;
  }
  const prefix = group === "" ? "" : `${group} `;
  const { COMMANDS } = await table();
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

if (import.meta.main) Deno.exit(await main(Deno.args));
