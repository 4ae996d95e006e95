/**
 * What shells complete where, made from the table of commands.
 *
 * @module
 */

import {
  type Command,
  GLOBAL_OPTIONS,
  optionsBehind,
  optionsOf,
  VERSION_OPTION,
} from "../table/command.ts";
import { topics } from "../args/topics.ts";
import { aliasWords, COMMANDS, GROUPS } from "../table/commands.ts";
import type { NameKind } from "./completion_names.ts";
import type { Option } from "../table/option.ts";

/** queuectl, a group or a command, and what can follow it. */
export interface Completable {
  /** The command's words, such as `worker start`; empty for queuectl itself. */
  readonly path: string;
  /** The commands that can follow, each with what it does. */
  readonly commands: readonly (readonly [name: string, summary: string])[];
  /** The options that can follow. */
  readonly options: readonly Option[];
  /** What the plain words are. */
  readonly words: NameKind | "topic" | "shell" | "command" | undefined;
}

const WORDS: Record<string, Completable["words"]> = {
  "ID": "id",
  "ID…": "id",
  "ID… SIG": "id",
  "[ID…]": "id",
  "KEY": "key",
  "[KEY]": "key",
  "[KEY VALUE]": "key",
  "[NAME…]": "worker",
  "[TOPIC]": "topic",
  "N [NAME…]": "worker",
  "SHELL": "shell",
  "COMMAND…": "command",
  "COMMAND [ARG…]": "command",
};

/** queuectl itself, every group and every command. */
export function completables(): Completable[] {
  const groups = ["", ...Object.keys(GROUPS)].map((path): Completable => {
    const isTop = path === "";
    const start = isTop ? 0 : path.length + 1;
    const inside = COMMANDS.filter(({ name }) => isTop || name.startsWith(`${path} `));
    const commands = new Map(inside.map(({ name, summary }) => {
      const word = name.slice(start).split(" ")[0]!;
      return [word, isTop ? GROUPS[word] ?? summary : summary];
    }));
    if (isTop) { for (const alias of aliased()) commands.set(alias.path, alias.summary); }
    const options = isTop ? [...GLOBAL_OPTIONS, VERSION_OPTION] : GLOBAL_OPTIONS;
    return { path, commands: [...commands], options, words: undefined };
  });
  const commands = COMMANDS.map((command) => ({ path: command.name, command }));
  return [
    ...groups,
    ...[...commands, ...aliased()].map(({ path, command }): Completable => ({
      ...{ path, commands: [], options: optionsOf(command), words: wordsOf(command) },
    })),
  ];
}

/** Each alias, with the command that takes words behind it, if it is one of several. */
function aliased(): { path: string; summary: string; command: Command }[] {
  return aliasWords().map((path) => {
    const called = COMMANDS.filter((command) => optionsBehind(command, path));
    const command = called.find(({ takes }) => takes !== undefined) ?? called[0]!;
    return { path, summary: command.summary, command };
  });
}

function wordsOf({ name, takes = "" }: Command): Completable["words"] {
  const [group, verb] = name.split(" ");
  // A new schedule has no name to offer.
  if (group === "schedule" && takes.startsWith("NAME")) {
    return verb === "add" ? undefined : "schedule";
  }
  if (group === "worker" && takes === "NAME") return "worker";
  return group === "dlq" && WORDS[takes] === "id" ? "dead" : WORDS[takes];
}

/** The words behind `queuectl help`. */
export function helpWords(): string[] {
  const commands = [...COMMANDS.map(({ name }) => name.split(" ")[0]!), ...aliasWords()];
  return ["topics", ...new Set([...topics().keys(), ...commands])];
}

/** The shell command that prints the names of a kind, one a line. */
export function namesCommand(kind: string): string {
  return `queuectl completions names ${kind} 2>/dev/null`;
}

/** The shells that have completions. */
export const SHELLS: readonly string[] = ["bash", "zsh", "fish"];
