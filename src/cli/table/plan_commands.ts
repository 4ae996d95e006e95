/**
 * Plan: the commands for schedules.
 *
 * @module
 */

import { JOB_FIELDS, optionName } from "../../format/job_fields.ts";
import { ENQUEUE_OPTIONS } from "./add_commands.ts";
import type { Command } from "./command.ts";
import type { Option } from "./option.ts";

/** Options of fields that the job of a schedule cannot have. */
const NOT_FOR_SCHEDULES = new Set(["unique-fail"]);
for (const [name, { sets = name }] of JOB_FIELDS) {
  if (JOB_FIELDS.get(sets)!.insteadInSchedule) NOT_FOR_SCHEDULES.add(optionName(name));
}

const SCHEDULE_OPTIONS: readonly Option[] = [
  { name: "tz", value: "ZONE", help: "time zone of the cron fields (default: this machine's)" },
  {
    name: "catch-up",
    value: "WHICH",
    values: ["latest", "all", "none"],
    help:
      "times to run that passed while no worker was alive: latest, all or none (default: latest)",
  },
  {
    name: "overlap",
    value: "WHAT",
    values: ["skip", "allow", "tag"],
    help:
      "skip or allow a time that comes before the last job has ended (default: skip), or skip " +
      "it while any job with the same --tag has not ended: tag",
  },
  ...ENQUEUE_OPTIONS.filter(({ name }) => !NOT_FOR_SCHEDULES.has(name)),
];

/** The commands under Plan. */
export const PLAN_COMMANDS: readonly Command[] = [
  {
    name: "schedule add",
    module: "plan/schedule_add",
    summary: "add a job again and again, by the clock",
    takes: "NAME WHEN COMMAND…",
    bounds: [2, Infinity],
    endAfter: 3,
    options: [
      { name: "replace", help: "if it exists, give it these times and this job" },
      ...SCHEDULE_OPTIONS,
    ],
    details: [
      "WHEN: five or six cron fields, '30 2 * * *' (six: seconds in front), @hourly, @daily, " +
      "@weekly, @monthly, @yearly, or 'every 90s'. Options come before the command.",
      "Each time runs once, on whichever worker is alive; its job's ID is NAME-TIME.",
    ],
    examples: [
      "queuectl schedule add nightly '30 2 * * *' --tz Europe/Berlin make backup",
      "queuectl schedule add etl @daily --tag etl --overlap tag --replace ./run",
      "queuectl schedule add ping 'every 90s' --overlap skip 'curl -sf localhost'",
    ],
  },
  {
    name: "schedule list",
    module: "plan/schedule",
    summary: "schedules, their next time and how their last job ended",
    examples: ["queuectl schedule list"],
  },
  {
    name: "schedule show",
    module: "plan/schedule",
    summary: "a schedule, its last job, and the times it skipped",
    takes: "NAME",
    examples: ["queuectl schedule show nightly"],
  },
  {
    name: "schedule edit",
    module: "plan/schedule_edit",
    summary: "change a schedule, in an editor or by options",
    takes: "NAME",
    options: [
      { name: "when", value: "WHEN", help: "its times, as for schedule add" },
      ...SCHEDULE_OPTIONS.filter(({ name }) => name !== "strict"),
    ],
    details: [
      "Without options it opens $VISUAL, $EDITOR or vi. Its last job and skipped times stay.",
    ],
    examples: [
      "queuectl schedule edit nightly",
      "queuectl schedule edit nightly --when '0 3 * * *' --timeout 1h",
    ],
  },
  {
    name: "schedule import",
    module: "plan/schedule_import",
    summary: "add a schedule for each line of a crontab, all or none",
    takes: "CRONTAB",
    options: [
      { name: "dry-run", help: "show the schedules, and add none" },
      { name: "replace", help: "replace schedules that have the same names" },
      { name: "skip-bad", help: "leave out lines that cannot be taken, instead of all" },
    ],
    details: [
      "CRONTAB: a file as crontab -l prints it (-: stdin). Variables, CRON_TZ, @daily and % as " +
      "in cron; @reboot is skipped; names are made of the commands. A job runs in the home directory, once: cron does " +
      "not retry either.",
    ],
    examples: ["crontab -l | queuectl schedule import --dry-run -"],
  },
  {
    name: "schedule run",
    module: "plan/schedule",
    summary: "add a schedule's job now and print its ID",
    takes: "NAME",
    examples: ["queuectl schedule run nightly"],
  },
  {
    name: "schedule pause",
    module: "plan/schedule",
    summary: "add no more jobs until resumed",
    takes: "NAME…",
    examples: ["queuectl schedule pause nightly"],
  },
  {
    name: "schedule resume",
    module: "plan/schedule",
    summary: "resume paused schedules with their next time",
    takes: "NAME…",
    examples: ["queuectl schedule resume nightly"],
  },
  {
    name: "schedule rm",
    module: "plan/schedule",
    summary: "remove schedules; their jobs stay",
    takes: "NAME…",
    examples: ["queuectl schedule rm nightly"],
  },
];
