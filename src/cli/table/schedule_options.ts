/**
 * The options of `schedule add`.
 *
 * @module
 */

import { JOB_FIELDS, optionName } from "../../format/job_fields.ts";
import { ENQUEUE_OPTIONS } from "./adding_commands.ts";
import type { Option } from "./option.ts";

/** Options of fields that the job of a schedule cannot have. */
const NOT_FOR_SCHEDULES = new Set(["unique-fail"]);
for (const [name, { sets = name }] of JOB_FIELDS) {
  if (JOB_FIELDS.get(sets)!.insteadInSchedule) NOT_FOR_SCHEDULES.add(optionName(name));
}

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
