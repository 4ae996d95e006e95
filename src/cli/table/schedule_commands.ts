/**
 * The table's part of schedules.
 *
 * @module
 */

import { ANY, type Command } from "./command.ts";
import { SCHEDULE_OPTIONS } from "./schedule_options.ts";

/** Schedules. In the order that the help shows them. */
export const SCHEDULE_COMMANDS: readonly Command[] = [
  {
    name: "schedule add",
    module: "plan/schedule_add",
    summary: "add a job again and again, by the clock",
    takes: "NAME WHEN COMMAND…",
    words: [2, ANY],
    endAfter: 3,
    options: SCHEDULE_OPTIONS,
    details: [
      "WHEN: five or six cron fields, '30 2 * * *' (six: seconds in front), @hourly, @daily,",
      "@weekly, @monthly, @yearly, or 'every 90s'. Options come before the command.",
      "Each time is run once, by whichever worker is alive; its job's ID is NAME-TIME.",
    ],
  },
  {
    name: "schedule list",
    module: "plan/schedule",
    summary: "schedules and their next three times",
    takes: "",
    words: [0, 0],
    options: [],
  },
  {
    name: "schedule show",
    module: "plan/schedule",
    summary: "a schedule, its last job, and the times it let pass",
    takes: "NAME",
    words: [1, 1],
    options: [],
  },
  {
    name: "schedule rm",
    module: "plan/schedule",
    summary: "remove schedules; the jobs that they added stay",
    takes: "NAME…",
    words: [1, ANY],
    options: [],
  },
  {
    name: "schedule pause",
    module: "plan/schedule",
    summary: "no more jobs from schedules until resumed",
    takes: "NAME…",
    words: [1, ANY],
    options: [],
  },
  {
    name: "schedule resume",
    module: "plan/schedule",
    summary: "go on after a pause, with the next time",
    takes: "NAME…",
    words: [1, ANY],
    options: [],
  },
  {
    name: "schedule run",
    module: "plan/schedule",
    summary: "add a schedule's job now; prints its ID",
    takes: "NAME",
    words: [1, 1],
    options: [],
  },
];
