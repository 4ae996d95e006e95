/**
 * What a command of the command line is.
 *
 * @module
 */

import type { GivenOptions, Option, ReadWords } from "./option.ts";

/** A command as it was called. */
export interface Invocation {
  /** Its row in the table. */
  readonly command: Command;
  /** The options that were given, the global ones included. */
  readonly options: GivenOptions;
  /** The plain words. */
  readonly words: readonly string[];
  /** Where in `words` a `--` stood, if one did. */
  readonly separatedAt?: number;
  /** The value of `--dir`. */
  readonly dir: string | undefined;
  /** Whether root may use the queue of another user. */
  readonly ofAnyUser: boolean;
  /** The value of `--lock-wait`. */
  readonly lockWait: string | undefined;
  /** Whether to answer in JSON. */
  readonly json: boolean;
}

/** A command, or a group's name ("" for none), with what stood before and after it. */
export interface Found extends Pick<ReadWords, "options" | "joined"> {
  /** The command or the group. */
  readonly found: Command | string;
  /** The words behind it. */
  readonly rest: readonly string[];
}

/** Runs a command; gives the exit status, 0 if nothing. */
export type RunCommand = (call: Invocation) => Promise<number | void> | number | void;

/** A row of the table of commands. */
export interface Command {
  /** Its name, such as `worker start`. */
  readonly name: string;
  /**
   * Other words for it, which people who come from other programs type: each with the options that
   * it stands for, if any: `follow --follow`. If several commands have one, the words that follow
   * say which is meant: `pause` takes none, `pause ID` does.
   */
  readonly aliases?: readonly string[];
  /** The file of its code in commands/, without `.ts`; the folder is its heading in the help. */
  readonly module: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** Whether what it prints is of use only whole, as a file is: cut off, it is a failure. */
  readonly printsFile?: boolean;
  /** Its plain words as the help shows them: `ID…`, `[KEY]`. Default: none. */
  readonly takes?: string;
  /** The least and the most plain words. Default: as `takes` says. */
  readonly bounds?: readonly [least: number, most: number];
  /** Its own options. Default: none. */
  readonly options?: readonly Option[];
  /** What else there is to know, in paragraphs. */
  readonly details?: readonly string[];
  /** Command lines that show how it is used. */
  readonly examples: readonly string[];
  /** How many plain words end the options: the last of them begins the job's own command. */
  readonly endAfter?: number;
}

/** The options of every command. */
export const GLOBAL_OPTIONS: readonly Option[] = [
  {
    name: "dir",
    value: "PATH",
    values: "directory",
    help: "the queue (default: $QUEUECTL_DIR, the nearest .queuectl, ~/.queuectl)",
  },
  { name: "json", help: "answer in JSON" },
  {
    name: "lock-wait",
    value: "DUR",
    help: 'how long to wait for another program to change the queue, or "none": for ever ' +
      "(default: 1m)",
  },
  { name: "other-user", help: "as root: use a queue of another user" },
  { name: "help", short: "h", help: "show this help" },
];

/** The option of queuectl itself. */
export const VERSION_OPTION: Option = { name: "version", short: "V", help: "print the version" };

/** All options of a command. */
export function optionsOf({ options = [] }: Command): readonly Option[] {
  return [...options, ...GLOBAL_OPTIONS];
}

/** The options that a word stands for if it is a command's name or alias, else `undefined`. */
export function optionsBehind({ name, aliases = [] }: Command, word: string): string[] | undefined {
  if (name === word) return [];
  return aliases.map((alias) => alias.split(" ")).find(([called]) => called === word)?.slice(1);
}

/** The least and the most plain words of a command. */
export function wordBounds({ takes = "", bounds }: Command): readonly [number, number] {
  const count = takes === "" ? 0 : takes.split(" ").length;
  return bounds ?? [takes.startsWith("[") ? 0 : count, takes.includes("…") ? Infinity : count];
}
