/**
 * The one table of commands. The dispatch, the help and the completions are made of it.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { ADDING_COMMANDS } from "./adding_commands.ts";
import { CONFIG_COMMANDS } from "./config_commands.ts";
import { JOB_COMMANDS } from "./job_commands.ts";
import { SCHEDULE_COMMANDS } from "./schedule_commands.ts";
import { UPKEEP_COMMANDS } from "./upkeep_commands.ts";
import { WORKER_COMMANDS } from "./worker_commands.ts";

/** The groups: commands whose names are two words. */
export const GROUPS: Readonly<Record<string, string>> = {
  worker: "start, stop, list, pause and resume workers",
  dlq: "the dead letter queue: jobs out of retries",
  schedule: "jobs that are added again and again, by the clock",
  queue: "the queue as a whole",
  config: "the queue's settings",
};

/** All commands, in the order that the help shows them. */
export const COMMANDS: readonly Command[] = [
  ...ADDING_COMMANDS,
  ...WORKER_COMMANDS,
  ...JOB_COMMANDS,
  ...SCHEDULE_COMMANDS,
  ...UPKEEP_COMMANDS,
  ...CONFIG_COMMANDS,
  {
    name: "completions",
    module: "upkeep/completions",
    summary: "print a completion script for bash, zsh or fish",
    takes: "SHELL",
    words: [1, 2],
    options: [],
    details: [
      'bash: eval "$(queuectl completions bash)"',
      "The scripts ask for names with: queuectl completions names id|dead|worker|schedule|resource|key",
    ],
  },
];
