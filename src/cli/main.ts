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
  type Found,
  GLOBAL_OPTIONS,
  type Invocation,
  optionsBehind,
  optionsOf,
  type RunCommand,
  VERSION_OPTION,
  wordBounds,
} from "./table/command.ts";
import { later } from "../text/later.ts";
import { ownLauncher } from "./own_launcher.ts";
import { type Reading, type ReadWords, readWords } from "./table/option.ts";
import { printText, say } from "./terminal/output.ts";

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
  const known = [...GLOBAL_OPTIONS, VERSION_OPTION];
  const outer = await readAnswered("", args, { known, endAfter: 1, see: "see: queuectl --help" });
  const { found, options: given, joined, rest } = await findCommand(outer);
  if (typeof found === "string") {
    const { withoutCommand } = await import(
      later("./without_command.ts")
    ) as typeof import("./without_command.ts");
    return await withoutCommand(found, given, rest);
  }

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
    const { commandHelp } = await import(
      later("./text/help.ts")
    ) as typeof import("./text/help.ts");
    printText(commandHelp(found));
    return 0;
  }
  checkWords(found, words);
  const json = options.has("json");
  if (!json && !SHOWS_NO_TIMES.has(found.name)) await warnOfZone();
  const run = found.name === "enqueue" ? enqueue : await codeOf(found);
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

async function codeOf(command: Command): Promise<RunCommand> {
  const { loadCommand } = await import(
    later("./table/load_command.ts")
  ) as typeof import("./table/load_command.ts");
  return await loadCommand(command);
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

async function findCommand(outer: ReadWords): Promise<Found> {
  const [first, ...rest] = outer.words;
  if (first === undefined || outer.options.has("version")) return { ...outer, found: "", rest: [] };
  const found = ADD_COMMANDS.find((command) => optionsBehind(command, first));
  if (found) return { ...outer, found, rest };
  const all = await import(
    later("./find_command.ts")
  ) as typeof import("./find_command.ts");
  return await all.findCommand(outer);
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
  void main(Deno.args).then(async (status) => {
    // The runtime writes down what it compiled in a turn of the event loop, which an enqueue has
    // none of. A start from that takes half the time; a turn costs a fortieth, so it is not taken
    // by each call.
    if (Math.random() < 1 / 16) await Deno.lstat("/").catch(() => {});
    Deno.exit(status);
  });
  // For a promise that is never settled.
  Deno.exitCode = 1;
}
