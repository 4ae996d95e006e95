/**
 * The options of `schedule add`.
 *
 * @module
 */

import { ENQUEUE_OPTIONS } from "./adding_commands.ts";
import type { Option } from "./option.ts";

/** What a schedule itself decides, and so no option of its job. */
const NOT_FOR_SCHEDULES = new Set([
  ...["id", "delay", "at", "after", "after-any", "unique", "unique-fail", "hold", "stdin"],
]);

/** What `schedule add` takes: its own options, and those of `enqueue` that a repeated job can have. */
export const SCHEDULE_OPTIONS: readonly Option[] = [
  { name: "tz", value: "ZONE", help: "the time zone of the cron fields (default: this machine's)" },
  {
    name: "catch-up",
    value: "WHICH",
    values: ["latest", "all", "none"],
    help: "times missed while no worker lived: latest, all or none (latest)",
  },
  {
    name: "overlap",
    value: "WHAT",
    values: ["skip", "allow"],
    help: "while the last run has not ended: skip or allow (skip)",
  },
  ...ENQUEUE_OPTIONS.filter(({ name }) => !NOT_FOR_SCHEDULES.has(name)),
];
