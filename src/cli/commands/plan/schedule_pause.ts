/**
 * `queuectl schedule pause`: no more jobs until resumed.
 *
 * @module
 */

import { pauseSchedule } from "../../../schedules/manage_schedules.ts";
import type { Invocation } from "../../table/command.ts";
import { eachSchedule } from "./each_schedule.ts";

/** Keeps schedules from being due until they are resumed; times that pass while they are paused are not made good; prints their names. */
export function schedulePause(call: Invocation): Promise<number> {
  return eachSchedule(call, (queue, name) => pauseSchedule(queue, name, true));
}
