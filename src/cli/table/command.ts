/**
 * What a command of the command line is, and reading its code when it is needed.
 *
 * @module
 */

import type { GivenOptions, Option } from "./option.ts";

/** A command as it was called. */
export interface Invocation {
  /** Its name, such as `worker start`. */
  readonly name: string;
  /** The options, those that every command takes included. */
  readonly options: GivenOptions;
  /** The plain words. */
  readonly words: readonly string[];
  /** Where in `words` a `--` stood, if one did. */
  readonly separatedAt?: number;
  /** What `--dir` says. */
  readonly dir: string | undefined;
  /** Whether root may use the queue of another user. */
  readonly ofAnyUser: boolean;
  /** What `--lock-wait` says. */
  readonly lockWait: string | undefined;
  /** Whether the answer is to be JSON. */
  readonly json: boolean;
}

/** Does what a command is for; gives the exit status, 0 if nothing. */
export type RunCommand = (call: Invocation) => Promise<number | void> | number | void;

/** A command, as the table has it. */
export interface Command {
  /** Its name, such as `worker start`. */
  readonly name: string;
  /** The file in commands/ that has its code, without `.ts`. */
  readonly module: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** What the help shows after its options, such as `ID…`. */
  readonly takes: string;
  /** The least and the most plain words. */
  readonly words: readonly [least: number, most: number];
  /** What else there is to know: lines of the help. */
  readonly details?: readonly string[];
  /** Its own options. */
  readonly options: readonly Option[];
  /** How many plain words end the options: the last of them begins the job's own command. */
  readonly endAfter?: number;
}

/** As many words as there are. */
export const ANY = Infinity;

/** The options of every command. */
export const GLOBAL_OPTIONS: readonly Option[] = [
  {
    name: "dir",
    value: "PATH",
    values: "directory",
    help: "the queue (default: $QUEUECTL_DIR, nearest .queuectl, ~/.queuectl)",
  },
  { name: "other-user", help: "as root: use the queue though it belongs to another user" },
  { name: "json", help: "answer in JSON" },
  {
    name: "lock-wait",
    value: "DUR",
    help: "wait so long for another program's change, or none for ever (default: 1m)",
  },
  { name: "help", short: "h", help: "explain" },
];

/** The option of queuectl itself. */
export const VERSION_OPTION: Option = { name: "version", help: "print the version" };

/**
 * The path of a module for an `import` that reads it no sooner than it is reached:
 * `await import(later("../help.ts")) as typeof import("../help.ts")`.
 *
 * A path that stands in the `import` itself the runtime finds before the program begins, and it reads that
 * module, and all that it imports, at every start: for all commands together that takes longer than an
 * `enqueue`. `deno compile` cannot find these paths either: its task names src/cli.
 */
export const later = (path: string): string => path;

/** Loads the code of a command: for `worker start` the function `workerStart` in its module. */
export async function loadCommand({ name, module }: Command): Promise<RunCommand> {
  const code = await import(later(`../commands/${module}.ts`));
  return code[name.replace(/ (.)/g, (_, letter) => letter.toUpperCase())];
}
