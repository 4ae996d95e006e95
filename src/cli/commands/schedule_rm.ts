/**
 * `queuectl schedule rm`: removes schedules.
 *
 * @module
 */

import { removeSchedule } from "../../queue/schedules.ts";
import type { Invocation } from "../command.ts";
import { eachSchedule } from "../each_schedule.ts";

/** Removes schedules; the jobs that they added stay. Prints their names. */
export function scheduleRm(call: Invocation): Promise<number> {
  return eachSchedule(call, removeSchedule);
}
