/**
 * The program: finds the command and runs it. A failure becomes one sentence and an exit status: 1,
 * or 2 for a call that makes no sense.
 *
 * @module
 */

import { UsageError } from "../text/errors.ts";
// Loaded from the start: programs call it most, and the table of the others costs a tenth more.
import { ADD_COMMANDS } from "./table/add_commands.ts";
import { enqueue } from "./commands/add/enqueue.ts";
import {
  type Command,
  GLOBAL_OPTIONS,
  type Invocation,
  loadCommand,
  optionsBehind,
  optionsOf,
  VERSION_OPTION,
  wordBounds,
} from "./table/command.ts";
import { later } from "../text/later.ts";
import { ownLauncher } from "./own_launcher.ts";
import {
  type GivenOptions,
  MisspelledError,
  type Reading,
  type ReadWords,
  readWords,
} from "./table/option.ts";
import { print, printText, say } from "./terminal/output.ts";

/**
 * Runs queuectl.
 *
 * @param args The words after the program's name.
 * @returns The exit status.
 */
export async function main(args: readonly string[]): Promise<number> {
  const started: Started = {};
  try {
    return await dispatch(args, started);
  } catch (error) {
    // The reader of our output has seen enough, unless that is of use only whole.
    if (error instanceof Deno.errors.BrokenPipe) {
      if (!started.call?.command.printsFile) return 0;
      return (await import(later("./terminal/interrupt.ts"))).PIPE_STATUS;
    }
    const message = error instanceof Error ? error.message : "";
    const systemPath = /^Requires all access to (".*?")/.exec(message)?.[1];
    // Reported here: without that permission report.ts cannot be loaded.
    const permission = /^Requires \S+ access.*? with the (--allow-\w+)/.exec(message)?.[1];
    if (systemPath || permission) {
      say(
        systemPath
          ? `queuectl: ${systemPath} belongs to the system; choose another path`
          : `queuectl: Deno was started without ${permission}; start queuectl with: ${ownLauncher()}`,
      );
      return 1;
    }
    let reporter: typeof import("./report.ts");
    try {
      reporter = await import(later("./report.ts"));
    } catch (unloaded) {
      // What prevents loading, such as too many open files, most likely caused the first error too.
      const reason = /([^:\n]*) \(os error \d+\)/.exec(String(unloaded))?.[1]?.trim();
      say(`queuectl: cannot load its own files: ${reason ?? String(unloaded).split("\n")[0]}`);
      return 1;
    }
    return reporter.report(error, started.call);
  }
}

/** The call under way, once its words make sense. */
interface Started {
  call?: Invocation;
}

async function dispatch(args: readonly string[], started: Started): Promise<number> {
  const { found, options: given, joined, rest } = await findCommand(args);
  if (typeof found === "string") return await withoutCommand(found, given, rest);

  const { options, words, separatedAt } = await readAnswered(found.name, rest, {
    known: optionsOf(found),
    endAfter: found.endAfter,
    see: `see: queuectl ${found.name} --help`,
    before: joined,
  });
  // A file of that name is "./help".
  const isFileHelp = /^\[?(FILE|PATH|CRONTAB)\b/.test(found.takes ?? "") &&
    words.join(" ") === "help";
  if (options.has("help") || isFileHelp) {
    printText((await help()).commandHelp(found));
    return 0;
  }
  checkWords(found, words);
  const json = options.has("json");
  if (!json && !SHOWS_NO_TIMES.has(found.name)) await warnOfZone();
  const run = found.name === "enqueue" ? enqueue : await loadCommand(found);
  started.call = {
    command: found,
    options,
    words,
    separatedAt,
    dir: options.text("dir"),
    lockWait: options.text("lock-wait"),
    ofAnyUser: options.has("other-user"),
    json,
  };
  return await run(started.call) ?? 0;
}

/** Commands that show no local time; those that take one refuse it if the zone is unknown. */
const SHOWS_NO_TIMES = new Set(["enqueue", "run", "wait", "completions", "queue path"]);

/** Warns if local times are not in the zone of `$TZ`. */
async function warnOfZone(): Promise<void> {
  if (!Deno.env.get("TZ")) return;
  const { zoneFault } = await import(
    later("../schedules/local_zone.ts")
  ) as typeof import("../schedules/local_zone.ts");
  const fault = zoneFault();
  if (fault !== undefined) say(`queuectl: ${fault}; the local times shown are not in it`);
}

async function table(): Promise<typeof import("./table/commands.ts")> {
  return await import(later("./table/commands.ts"));
}

async function help(): Promise<typeof import("./text/help.ts")> {
  return await import(later("./text/help.ts"));
}

/** A command, or a group's name ("" for none), with what stood before and after it. */
interface Found extends Pick<ReadWords, "options" | "joined"> {
  readonly found: Command | string;
  readonly rest: readonly string[];
}

async function findCommand(args: readonly string[]): Promise<Found> {
  const known = [...GLOBAL_OPTIONS, VERSION_OPTION];
  const outer = await readAnswered("", args, { known, endAfter: 1, see: "see: queuectl --help" });
  const [first, ...rest] = outer.words;
  if (first === undefined || outer.options.has("version")) return { ...outer, found: "", rest: [] };
  const adding = ADD_COMMANDS.find((command) => optionsBehind(command, first));
  if (adding) return { ...outer, found: adding, rest };
  const { COMMANDS, GROUPS } = await table();
  if (first === "help" && await isCommandWord(rest[0])) {
    return await findCommand([...outer.joined, ...rest, "--help"]);
  }
  const single = calledBy(first, rest, COMMANDS);
  if (single) {
    return { ...outer, found: single, rest: [...optionsBehind(single, first)!, ...rest] };
  }
  if (!Object.hasOwn(GROUPS, first)) return { ...outer, found: "", rest: outer.words };

  const inner = readWords(rest, {
    known: GLOBAL_OPTIONS,
    endAfter: 1,
    see: `see: queuectl ${first} --help`,
    before: outer.joined,
  });
  const found = COMMANDS.find(({ name }) => name === `${first} ${inner.words[0]}`);
  return { ...inner, found: found ?? first, rest: inner.words.slice(found ? 1 : 0) };
}

/**
 * Whether a word behind `help` means a command: its name, or an alias or a word of another program
 * that is no topic.
 */
async function isCommandWord(word = ""): Promise<boolean> {
  const { COMMANDS } = await table();
  if (COMMANDS.some(({ name }) => name.split(" ")[0] === word)) return true;
  const { meantTopic, pageOf } = await import(
    later("./args/topics.ts")
  ) as typeof import("./args/topics.ts");
  if (pageOf(meantTopic(word))) return false;
  const { OTHER_COMMANDS } = await otherWords();
  return COMMANDS.some((command) => optionsBehind(command, word)) ||
    Object.hasOwn(OTHER_COMMANDS, word);
}

/**
 * The command that a word means. If several have it as their name or alias, the one of that name if
 * an option of its own is given; else the first that takes the words behind it: one that takes none
 * before one of that name, and aliases last.
 */
function calledBy(
  word: string,
  rest: readonly string[],
  commands: readonly Command[],
): Command | undefined {
  const rank = ({ name, takes }: Command) => takes === undefined ? 0 : name === word ? 1 : 2;
  const called = commands.filter((command) => optionsBehind(command, word))
    .sort((a, b) => rank(a) - rank(b));
  const isHelp = rest.includes("--help") || rest.includes("-h");
  const named = isHelp ? called.find(({ name }) => name === word) : undefined;
  const own = called.find(({ name }) => name === word);
  const hasOwnOption = own?.options?.some(({ name }) =>
    rest.some((given) => given.split("=")[0] === `--${name}`)
  );
  if (own && hasOwnOption && takesWords(own, rest)) return own;
  const fitting = named ?? called.find((command) => takesWords(command, rest));
  if (fitting) return fitting;
  // An option is wrong: the other words say which command lacks it.
  const plain = rest.filter((given) => !given.startsWith("-"));
  return own ?? called.find((command) => takesWords(command, plain)) ?? called.at(-1);
}

/** Whether a call of a command with these words makes sense. */
function takesWords(command: Command, rest: readonly string[]): boolean {
  const [least, most] = wordBounds(command);
  try {
    const reading = { known: optionsOf(command), endAfter: command.endAfter, see: "" };
    const { words } = readWords(rest, reading);
    return words.length >= least && words.length <= most;
  } catch {
    return false;
  }
}

/** Reads the words of a command, and answers options that only other programs have. */
async function readAnswered(
  command: string,
  args: readonly string[],
  reading: Reading,
): Promise<ReadWords> {
  try {
    return readWords(args, reading);
  } catch (error) {
    const { answerOption } = await import(
      later("./table/other_options.ts")
    ) as typeof import("./table/other_options.ts");
    throw answerOption(error, command);
  }
}

async function otherWords(): Promise<typeof import("./table/other_words.ts")> {
  return await import(later("./table/other_words.ts"));
}

/** `queuectl`, `queuectl --version`, a group's help, or a mistake. */
async function withoutCommand(
  group: string,
  options: GivenOptions,
  rest: readonly string[],
): Promise<number> {
  if (options.has("version") || (group === "" && rest[0] === "version")) {
    const { VERSION } = await import(later("../version.ts")) as typeof import("../version.ts");
    print(`queuectl ${VERSION}`);
    return 0;
  }
  if (options.has("help") || (group === "" && rest.length === 0)) {
    const { groupHelp, topHelp } = await help();
    printText(group === "" ? topHelp() : groupHelp(group));
    return 0;
  }
  const prefix = group === "" ? "" : `${group} `;
  const { COMMANDS } = await table();
  const inside = COMMANDS.filter(({ name }) => name.startsWith(prefix));
  const names = [...new Set(inside.map(({ name }) => name.slice(prefix.length).split(" ")[0]!))];
  const see = `see: queuectl ${prefix}--help`;
  if (rest.length === 0) {
    throw new UsageError(`${group} needs one of: ${names.join(", ")} (${see})`);
  }
  const what = `unknown command "${prefix}${rest[0]}"`;
  const { insteadOf, OTHER_COMMANDS } = await otherWords();
  const isOther = group === "" && Object.hasOwn(OTHER_COMMANDS, rest[0]!);
  if (isOther) throw insteadOf(what, OTHER_COMMANDS[rest[0]!]!);
  throw new MisspelledError(what, rest[0]!, names, see);
}

/** @throws {UsageError} If there are fewer or more plain words than the command takes. */
function checkWords(command: Command, words: readonly string[]): void {
  const { name, takes = "" } = command;
  const [least, most] = wordBounds(command);
  if (words.length < least) {
    throw new UsageError(
      `${name} needs ${takes.replace("…", "")} (usage: queuectl ${name} ${takes})`,
    );
  }
  if (words.length > most) {
    const wanted = takes === "" ? "no arguments" : takes;
    throw new UsageError(
      `unexpected argument "${
        words[most]
      }": ${name} takes ${wanted} (see: queuectl ${name} --help)`,
    );
  }
}

if (import.meta.main) {
  // Not awaited: files of the bundle that are loaded on demand import from this one.
  void main(Deno.args).then(Deno.exit);
  // For a promise that is never settled.
  Deno.exitCode = 1;
}
