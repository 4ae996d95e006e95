/**
 * The options that say what job to add.
 *
 * @module
 */

import type { Option } from "./option.ts";

/** The options that `enqueue` and `run` share. */
export const ENQUEUE_OPTIONS: readonly Option[] = [
  { name: "command", value: "CMD", help: "the command as shell text, instead of words at the end" },
  { name: "id", value: "ID", help: "1 to 64 letters, digits, - or _ (default: a new ULID)" },
  { name: "priority", short: "p", value: "0-9", help: "higher runs first (default: 5)" },
  { name: "delay", value: "DUR", help: "not before this span is over: 90, 90s, 10m, 1h30m, 2d" },
  { name: "at", value: "TIME", help: "not before this time: ISO 8601, or HH:MM for the next" },
  { name: "timeout", value: "DUR", help: "end an attempt that takes longer, or none" },
  { name: "max-retries", value: "N", help: "how often to run it again if it fails" },
  { name: "backoff-base", value: "DUR", help: "wait before the first retry" },
  { name: "backoff-factor", value: "N", help: "what each further wait is multiplied by" },
  { name: "cwd", value: "PATH", values: "directory", help: "where it runs (default: here)" },
  { name: "env", short: "e", value: "K=V", many: true, help: "set in its environment; repeatable" },
];

/** The options of `enqueue` for many jobs at once. */
export const FILE_OPTIONS: readonly Option[] = [
  {
    name: "file",
    short: "f",
    value: "FILE",
    values: "file",
    help: "add one job for each line, shell text or JSON (-: stdin)",
  },
  { name: "skip", value: "N", help: "leave out the first N jobs of --file" },
];
