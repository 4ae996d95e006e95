/**
 * The table of commands, from which the dispatch, the help, the completions and docs/commands.md
 * are made.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { ADD_COMMANDS } from "./add_commands.ts";
import { CONTROL_COMMANDS } from "./control_commands.ts";
import { PLAN_COMMANDS } from "./plan_commands.ts";
import { UPKEEP_COMMANDS } from "./upkeep_commands.ts";
import { WATCH_COMMANDS } from "./watch_commands.ts";
import { WORKERS_COMMANDS } from "./workers_commands.ts";

/** The commands under each heading, in the order that the help shows them. */
export const HEADINGS: Readonly<Record<string, readonly Command[]>> = {
  Add: ADD_COMMANDS,
  Watch: WATCH_COMMANDS,
  Control: CONTROL_COMMANDS,
  Plan: PLAN_COMMANDS,
  Workers: WORKERS_COMMANDS,
  Upkeep: UPKEEP_COMMANDS,
};

/** All commands. */
export const COMMANDS: readonly Command[] = Object.values(HEADINGS).flat();

/** The words that are aliases of commands, and no names, sorted. */
export function aliasWords(): string[] {
  const words = COMMANDS.flatMap(({ aliases = [] }) =>
    aliases.map((alias) => alias.split(" ")[0]!)
  );
  return [...new Set(words)].filter((word) => !COMMANDS.some(({ name }) => name === word)).sort();
}

/** The groups: commands whose names are two words. */
export const GROUPS: Readonly<Record<string, string>> = {
  dlq: "the dead letter queue: failed and cancelled jobs",
  queue: "the queue as a whole",
  schedule: "jobs that are added again and again, by the clock",
  worker: "start, stop, list, forget, pause and resume workers",
  service: "a worker that the machine starts, watches and restarts",
  config: "the queue's settings",
};
