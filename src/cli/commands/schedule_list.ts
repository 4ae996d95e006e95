/**
 * `queuectl schedule list`: what is due when.
 *
 * @module
 */

import { Queue } from "../../queue/queue.ts";
import { listSchedules } from "../../queue/schedules.ts";
import type { Invocation } from "../command.ts";
import { printJson } from "../output.ts";
import { printTable } from "../print_table.ts";
import { formatClock, formatDay } from "../relative_time.ts";
import { visibleText } from "../visible_text.ts";

/** Lists the schedules with their next three times, in the local zone. */
export async function scheduleList(call: Invocation): Promise<void> {
  const schedules = await listSchedules(await Queue.open(call.dir));
  if (call.json) return printJson(schedules);
  await printTable({
    head: ["NAME", "WHEN", "ZONE", "NEXT", "THEN", "THEN", "COMMAND"],
    rows: schedules.map(({ name, when, tz, paused, next, job }) => [
      name,
      visibleText(when),
      visibleText(tz ?? ""),
      ...(paused ? ["paused", "", ""] : [0, 1, 2].map((at) => momentText(next[at]))),
      visibleText(job.command),
    ]),
  });
}

function momentText(iso: string | undefined): string {
  if (iso === undefined) return "";
  const time = Date.parse(iso);
  return `${formatDay(time)} ${formatClock(time)}`;
}
