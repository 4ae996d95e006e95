/**
 * Upkeep: the commands for the settings, the files and the health of a queue.
 *
 * @module
 */

import { CONFIG_KEYS, DEFAULTS, SETTINGS } from "../../format/settings.ts";
import type { Command } from "./command.ts";
import type { Option } from "./option.ts";
import { GROUP, STATE, TAG, YES } from "./shared_options.ts";

/** The option of `config set` for a setting, with the default in its help. */
function settingOption(key: keyof typeof SETTINGS): Option {
  const { value, values, help } = SETTINGS[key];
  const standard = key === "backoff_factor" ? "the base" : DEFAULTS[key] ?? "none";
  return { name: key.replaceAll("_", "-"), value, values, help: `${help} (default: ${standard})` };
}

/** The commands under Upkeep. */
export const UPKEEP_COMMANDS: readonly Command[] = [
  {
    name: "config show",
    module: "upkeep/config",
    summary: "show all settings",
    examples: ["queuectl config show --json"],
  },
  {
    name: "config get",
    module: "upkeep/config",
    summary: "print one setting",
    takes: "KEY",
    examples: ["queuectl config get max_retries"],
  },
  {
    name: "config set",
    module: "upkeep/config",
    summary: "change settings",
    takes: "[KEY VALUE]",
    options: CONFIG_KEYS.map(settingOption),
    details: [
      "config set resources.NAME N: how many jobs may use a resource at once. config set " +
      "groups.NAME N: how many jobs of a group may run at once.",
    ],
    examples: [
      "queuectl config set max_retries 5",
      "queuectl config set --timeout 1h --keep-done 7d",
      "queuectl config set resources.gpu 2",
      "queuectl config set groups.night 1",
    ],
  },
  {
    name: "config reset",
    module: "upkeep/config",
    summary: "reset one setting, or all, to the default",
    takes: "[KEY]",
    options: [{ ...YES, help: "do not ask before all are reset" }],
    details: ["Before it resets all it asks; where there is no terminal, it needs --yes."],
    examples: ["queuectl config reset timeout", "queuectl config reset --yes"],
  },
  {
    name: "prune",
    module: "upkeep/prune",
    summary: "remove ended jobs and their logs",
    options: [
      {
        ...STATE,
        values: ["done", "dead", "cancelled", "done,dead"],
        help: "done, dead, cancelled or several (default: done,dead)",
      },
      TAG,
      GROUP,
      { name: "older-than", value: "DUR", help: "only jobs that ended longer ago: 12h, 7d" },
      { name: "keep", value: "N", help: "keep the N that ended last in each state" },
      { name: "dry-run", help: "only print how many" },
      { ...YES, help: "do not ask if --tag or --group alone say what goes" },
    ],
    details: [
      "Jobs that others wait for stay. With --older-than, old days of the history and logs of " +
      "exited workers go too. Workers do this by themselves, by the settings keep_done, keep_dead " +
      "and keep_history.",
    ],
    examples: [
      "queuectl prune --older-than 7d --dry-run",
      "queuectl prune --state done --keep 1000",
    ],
  },
  {
    name: "doctor",
    module: "upkeep/doctor",
    summary: "check the queue, and fix what is safe to fix",
    options: [
      { name: "repair", help: "fix what is safe to fix; what may be a job is kept" },
      { name: "file-system", help: "try what a queue needs of its file system instead" },
    ],
    details: [
      "Safe while workers run. Exit status: 0 if there are no problems left, else 1.",
      "With --file-system on two machines at once, each tries whether the other's locks reach it; " +
      "this takes up to 20 seconds.",
    ],
    examples: [
      "queuectl doctor",
      "queuectl doctor --repair",
      "queuectl doctor --file-system",
    ],
  },
  {
    name: "backup",
    module: "upkeep/backup",
    printsFile: true,
    summary: "write the whole queue to a tar archive, while workers go on",
    takes: "FILE",
    details: [
      "FILE may be - for stdout. Each job is in it once. The archive holds commands, variables " +
      "and logs: only you can read the file.",
    ],
    examples: [
      "queuectl backup /var/backups/queue.tar",
      "queuectl backup - | zstd > queue.tar.zst",
    ],
  },
  {
    name: "restore",
    module: "upkeep/backup",
    summary: "make a queue of a backup, in a new directory",
    takes: "FILE",
    details: [
      "FILE may be - for stdin. The directory (--dir) must be missing or empty. Jobs that ran " +
      "when the backup was made are held, and the queue is paused until worker resume: jobs that " +
      "have run since elsewhere would run again.",
    ],
    examples: [
      "queuectl restore /var/backups/queue.tar --dir ~/restored",
      "zstd -dc queue.tar.zst | queuectl restore - --dir ~/restored",
    ],
  },
  {
    name: "upgrade-queue",
    module: "upkeep/upgrade_queue",
    summary: "bring a queue to the format of this version of queuectl",
    details: [
      "Needed only when a command says so. Stop the workers, and make a backup first.",
    ],
    examples: ["queuectl upgrade-queue"],
  },
  {
    name: "trust",
    module: "upkeep/trust",
    summary: "accept a queue that was copied, moved or restored",
    takes: "[PATH]",
    details: [
      "A .queuectl/ found here or above is used only if you made it on this machine. Look " +
      "at it first: its jobs, schedules and hooks will run as you.",
    ],
    examples: ["queuectl trust .queuectl"],
  },
  {
    name: "completions",
    module: "upkeep/completions",
    printsFile: true,
    summary: "print a completion script for bash, zsh or fish",
    takes: "SHELL",
    bounds: [1, 2],
    details: [
      "The scripts ask for the names of jobs, workers and so on with: " +
      "queuectl completions names id|dead|worker|schedule|resource|host|tag|mark|group|key",
    ],
    examples: ['eval "$(queuectl completions bash)"', "queuectl completions fish | source"],
  },
  {
    name: "help",
    module: "upkeep/help",
    summary: "show a page of the docs, or the help of a command",
    takes: "[TOPIC]",
    bounds: [0, 2],
    details: [
      "help topics lists the pages. One that has the name of a command is shown by help topics " +
      "NAME. The name of another program, such as pueue or at, shows coming-from. On a terminal " +
      "pages are shown by $PAGER (default: less).",
    ],
    examples: ["queuectl help topics", "queuectl help jobs"],
  },
];
