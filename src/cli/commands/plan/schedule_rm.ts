/**
 * `queuectl schedule rm`: removes schedules.
 *
 * @module
 */

import { removeSchedule } from "../../../schedules/manage_schedules.ts";
import type { Invocation } from "../../table/command.ts";
import { eachSchedule } from "./each_schedule.ts";

/** Removes schedules; the jobs that they added stay. Prints their names. */
export function scheduleRm(call: Invocation): Promise<number> {
  return eachSchedule(call, removeSchedule);
}
