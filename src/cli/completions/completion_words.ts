/**
 * What can be completed where, made of the table of commands.
 *
 * @module
 */

import { type Command, GLOBAL_OPTIONS, optionsOf, VERSION_OPTION } from "../table/command.ts";
import { COMMANDS, GROUPS } from "../table/commands.ts";
import type { NameKind } from "./completion_names.ts";
import type { Option } from "../table/option.ts";

/** What can follow a command. */
export interface Completable {
  /** The command's words, such as `worker start`; empty for queuectl itself, one word for a group. */
  readonly path: string;
  /** The commands that can follow, each with what it does. */
  readonly commands: readonly (readonly [name: string, summary: string])[];
  /** The options that can follow. */
  readonly options: readonly Option[];
  /** What the plain words are. */
  readonly words: NameKind | "shell" | "command" | undefined;
}

const WORDS: Record<string, Completable["words"]> = {
  "ID": "id",
  "ID…": "id",
  "[ID…]": "id",
  "KEY": "key",
  "[KEY]": "key",
  "[KEY VALUE]": "key",
  "[NAME…]": "worker",
  "SHELL": "shell",
  "COMMAND…": "command",
};

/** Every command and group, and what can follow it. */
export function completables(): Completable[] {
  const first = new Map<string, string>();
  for (const { name, summary } of COMMANDS) {
    const word = name.split(" ")[0]!;
    first.set(word, GROUPS[word] ?? summary);
  }
  const top: Completable = {
    path: "",
    commands: [...first],
    options: [...GLOBAL_OPTIONS, VERSION_OPTION],
    words: undefined,
  };
  const groups = Object.keys(GROUPS).map((group): Completable => ({
    path: group,
    commands: COMMANDS.filter(({ name }) => name.startsWith(`${group} `))
      .map(({ name, summary }) => [name.slice(group.length + 1), summary]),
    options: GLOBAL_OPTIONS,
    words: undefined,
  }));
  const commands = COMMANDS.map((command): Completable => ({
    path: command.name,
    commands: [],
    options: optionsOf(command),
    words: wordsOf(command),
  }));
  return [top, ...groups, ...commands];
}

function wordsOf({ name, takes = "" }: Command): Completable["words"] {
  const [group, verb] = name.split(" ");
  // The name of a schedule to come is nobody's to guess.
  if (group === "schedule" && takes.startsWith("NAME")) {
    return verb === "add" ? undefined : "schedule";
  }
  return group === "dlq" && WORDS[takes] === "id" ? "dead" : WORDS[takes];
}

/** The shell command that prints the names of a kind, one a line. */
export function namesCommand(kind: string): string {
  return `queuectl completions names ${kind} 2>/dev/null`;
}

/** The shells there are completions for. */
export const SHELLS: readonly string[] = ["bash", "zsh", "fish"];
