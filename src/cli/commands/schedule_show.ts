/**
 * `queuectl schedule show`: everything about a schedule.
 *
 * @module
 */

import { Queue } from "../../queue/queue.ts";
import { findSchedule } from "../../queue/schedules.ts";
import type { ScheduleView } from "../../queue/schedule_view.ts";
import type { Invocation } from "../command.ts";
import { printJson, printLines } from "../output.ts";
import { formatMoment } from "../relative_time.ts";
import { formatDue } from "../format_due.ts";
import { visibleText } from "../visible_text.ts";

/** Prints a schedule, its next times, its last job and the times that it let pass. */
export async function scheduleShow(call: Invocation): Promise<void> {
  const schedule = await findSchedule(await Queue.open(call.dir), call.words[0]!);
  if (call.json) printJson(schedule);
  else printLines(scheduleLines(schedule, Date.now()));
}

function scheduleLines(schedule: ScheduleView, now: number): string[] {
  const lines: string[] = [];
  const line = (name: string, value: string) =>
    lines.push(`${name.padEnd(12)}${visibleText(value)}`);
  const { name, when, tz, paused, next, catch_up, overlap, job, created_at, last } = schedule;
  line("name", name);
  line("when", tz === undefined ? when : `${when}  (${tz})`);
  const due = (time: string) => formatDue(time, tz, now);
  if (paused) line("paused", `yes (queuectl schedule resume ${name})`);
  next.forEach((time, index) => line(index === 0 ? "next" : "", due(time)));
  line("catch up", catch_up);
  line("overlap", overlap);
  const { command, ...rest } = job;
  line("command", command);
  for (const [field, value] of Object.entries(rest)) {
    line(field, typeof value === "string" ? value : JSON.stringify(value));
  }
  line("created", formatMoment(Date.parse(created_at), now));
  line("last job", last ? `${last.id}, due ${due(last.due)}` : "none yet");
  for (const { due: time, reason } of [...schedule.skipped ?? []].reverse()) {
    line("skipped", `${due(time)}: ${reason}`);
  }
  return lines;
}
