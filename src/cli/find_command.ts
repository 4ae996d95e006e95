/**
 * Finds the command that the first words of a call mean.
 *
 * @module
 */

import { later } from "../text/later.ts";
import {
  type Command,
  type Found,
  GLOBAL_OPTIONS,
  optionsBehind,
  optionsOf,
  wordBounds,
} from "./table/command.ts";
import { COMMANDS, GROUPS } from "./table/commands.ts";
import { type ReadWords, readWords } from "./table/option.ts";

/** The command or group that is called; `found` is "" if there is none. */
export async function findCommand(outer: ReadWords): Promise<Found> {
  const [first = "", ...rest] = outer.words;
  if (first === "help" && await isCommandWord(rest[0])) {
    return await findCommand({ ...outer, words: [...rest, "--help"] });
  }
  const single = calledBy(first, rest);
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
  if (COMMANDS.some(({ name }) => name.split(" ")[0] === word)) return true;
  const { meantTopic, pageOf } = await import(
    later("./args/topics.ts")
  ) as typeof import("./args/topics.ts");
  if (pageOf(meantTopic(word))) return false;
  const { OTHER_COMMANDS } = await import(
    later("./table/other_words.ts")
  ) as typeof import("./table/other_words.ts");
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
): Command | undefined {
  const rank = ({ name, takes }: Command) => takes === undefined ? 0 : name === word ? 1 : 2;
  const called = COMMANDS.filter((command) => optionsBehind(command, word))
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
