/**
 * `queuectl schedule list`: what is due when.
 *
 * @module
 */

import { listSchedules } from "../../../schedules/manage_schedules.ts";
import type { ScheduleView } from "../../../schedules/read_schedule.ts";
import type { Invocation } from "../../table/command.ts";
import { printJson, say } from "../../terminal/output.ts";
import { printTable } from "../../terminal/print_table.ts";
import { formatInZone } from "../../terminal/relative_time.ts";
import type { Table } from "../../terminal/table.ts";
import { visibleText } from "../../terminal/visible_text.ts";
import { openQueue } from "../../args/open_queue.ts";

/**
 * Lists the schedules with their next three times, each in its own zone.
 *
 * @returns The exit status: 1 if there are files among them that are none.
 */
export async function scheduleList(call: Invocation): Promise<number> {
  let status = 0;
  const schedules = await listSchedules(await openQueue(call), (sentence) => {
    say(`queuectl: ${visibleText(sentence)}`);
    status = 1;
  });
  if (call.json) printJson(schedules);
  else await printTable(scheduleTable(schedules));
  return status;
}

function scheduleTable(schedules: readonly ScheduleView[]): Table {
  return {
    head: ["NAME", "WHEN", "ZONE", "NEXT", "THEN", "THEN", "COMMAND"],
    rows: schedules.map(({ name, when, tz, paused, next, job }) => [
      name,
      visibleText(when),
      visibleText(tz ?? ""),
      ...(paused ? ["paused", "", ""] : [0, 1, 2].map((at) => timeText(next[at], tz))),
      visibleText(job.command),
    ]),
  };
}

function timeText(iso: string | undefined, zone: string | undefined): string {
  return iso === undefined ? "" : formatInZone(Date.parse(iso), zone);
}
