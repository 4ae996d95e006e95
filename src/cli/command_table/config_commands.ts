/**
 * The table's part of settings.
 *
 * @module
 */

import type { Command } from "../command.ts";

/** Settings. In the order that the help shows them. */
export const CONFIG_COMMANDS: readonly Command[] = [
  {
    name: "config show",
    summary: "all settings",
    takes: "",
    words: [0, 0],
    options: [],
  },
  {
    name: "config get",
    summary: "one setting",
    takes: "KEY",
    words: [1, 1],
    options: [],
  },
  {
    name: "config set",
    summary: "change settings",
    takes: "[KEY VALUE]",
    words: [0, 2],
    options: [
      { name: "max-retries", value: "N", help: "how often a failed job is run again (3)" },
      { name: "backoff-base", value: "SECONDS", help: "before the first retry (2)" },
      {
        name: "backoff-factor",
        value: "N",
        help: "what each further delay is multiplied by (the base)",
      },
      { name: "backoff-max", value: "SECONDS", help: "no delay is longer (3600)" },
      { name: "jitter", value: "0-1", help: "share of a delay by which it is spread (0)" },
      { name: "timeout", value: "SECONDS", help: "what an attempt may take, or none (none)" },
      { name: "worker-count", value: "N", help: "jobs that a worker runs at once (1)" },
      {
        name: "poll-interval",
        value: "SECONDS",
        help: "between looks at what no event told of (1)",
      },
      { name: "kill-grace", value: "SECONDS", help: "between SIGTERM and SIGKILL (5)" },
      {
        name: "fsync",
        value: "true|false",
        values: ["true", "false"],
        help: "flush each step to disk (true)",
      },
      {
        name: "concurrency",
        value: "N",
        help: "jobs at once over all workers and machines, or none (none)",
      },
      {
        name: "keep-done",
        value: "N|DUR",
        help: "how much of done/ stays: 1000, 7d, or none: all (none)",
      },
      { name: "keep-dead", value: "N|DUR", help: "how much of dead/ stays, likewise (none)" },
      { name: "on-done", value: "CMD", help: "shell text that is run after a job is done (none)" },
      { name: "on-dead", value: "CMD", help: "shell text that is run after a job is dead (none)" },
    ],
    details: ["How many jobs may use a resource at once: config set resources.NAME N"],
  },
  {
    name: "config reset",
    summary: "give one setting, or all, the default back",
    takes: "[KEY]",
    words: [0, 1],
    options: [],
  },
];
