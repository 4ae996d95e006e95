/**
 * `queuectl schedule resume`: on after a pause.
 *
 * @module
 */

import { pauseSchedule } from "../../../schedules/manage_schedules.ts";
import type { Invocation } from "../../table/command.ts";
import { eachSchedule } from "./each_schedule.ts";

/** Lets schedules go on with their next time; times that pass while they are paused are not made good; prints their names. */
export function scheduleResume(call: Invocation): Promise<number> {
  return eachSchedule(call, (queue, name) => pauseSchedule(queue, name, false));
}
