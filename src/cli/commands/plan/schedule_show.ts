/**
 * `queuectl schedule show`: everything about a schedule.
 *
 * @module
 */

import { findSchedule, lastRunByHand } from "../../../schedules/manage_schedules.ts";
import type { ScheduleView } from "../../../schedules/read_schedule.ts";
import type { Invocation } from "../../table/command.ts";
import { printJson, printLines } from "../../terminal/output.ts";
import { formatMoment } from "../../terminal/relative_time.ts";
import { formatDue } from "../../terminal/format_due.ts";
import { visibleText } from "../../terminal/visible_text.ts";
import { openQueue } from "../../args/open_queue.ts";

/** Prints a schedule, its next times, its last job and the times that it let pass. */
export async function scheduleShow(call: Invocation): Promise<void> {
  const queue = await openQueue(call);
  const schedule = await findSchedule(queue, call.words[0]!);
  const byHand = lastRunByHand(queue, schedule.name);
  if (call.json) printJson({ ...schedule, run_by_hand: byHand ?? null });
  else printLines(scheduleLines(schedule, byHand, Date.now()));
}

function scheduleLines(
  schedule: ScheduleView,
  byHand: ReturnType<typeof lastRunByHand>,
  now: number,
): string[] {
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
  line(byHand ? "last due" : "last job", last ? `${last.id}, due ${due(last.due)}` : "none yet");
  if (byHand) line("run by hand", `${byHand.id}, ${formatMoment(Date.parse(byHand.at), now)}`);
  for (const { due: time, reason } of [...schedule.skipped ?? []].reverse()) {
    line("skipped", `${due(time)}: ${reason}`);
  }
  return lines;
}
