/**
 * `queuectl schedule list`, `show`, `run`, `pause`, `resume` and `rm`.
 *
 * @module
 */

import type { Queue } from "../../../queue.ts";
import {
  findSchedule,
  lastRunByHand,
  listSchedules,
  pauseSchedule,
  removeSchedule,
  runSchedule,
} from "../../../schedules/manage_schedules.ts";
import type { ScheduleView } from "../../../schedules/read_schedule.ts";
import { localZone } from "../../../schedules/local_zone.ts";
import { visibleText } from "../../../text/shown_text.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import {
  note,
  print,
  printAdded,
  printJson,
  printLines,
  shownValue,
} from "../../terminal/output.ts";
import { formatDue, formatInZone, formatMoment } from "../../terminal/relative_time.ts";
import { printTable } from "../../terminal/table.ts";
import { deathText } from "../../text/attempt_text.ts";
import { eachOf } from "../control/each_of.ts";

/** Prints the schedules, when each is due and how its last job ended; 1 if a file is none. */
export async function scheduleList(call: Invocation): Promise<number> {
  let status = 0;
  const queue = await openQueue(call);
  const schedules = await listSchedules(queue, (sentence) => {
    note(sentence);
    status = 1;
  });
  if (call.json) printJson(schedules);
  else {
    const here = localZone();
    const haveZones = schedules.some(({ tz }) => tz !== undefined && tz !== here);
    printTable({
      head: ["NAME", "WHEN", ...(haveZones ? ["ZONE"] : []), "NEXT", "LAST", "COMMAND"],
      rows: schedules.map(({ name, when, tz, paused, next, job, last }) => [
        name,
        visibleText(when),
        ...(haveZones ? [visibleText(tz ?? "")] : []),
        paused ? "paused" : timeText(next[0], tz),
        last ? lastText(queue, last.id) : "",
        visibleText(job.command),
      ]),
      flexible: [0, 1],
    });
  }
  return status;
}

/** How a schedule's last job stands: `done`, `exit 3`, `processing`. */
function lastText(queue: Queue, id: string): string {
  const job = queue.get(id);
  if (!job) return "removed";
  return job.state === "dead" ? visibleText(deathText(job)) : job.state;
}

function timeText(iso: string | undefined, zone: string | undefined): string {
  return iso === undefined ? "" : formatInZone(Date.parse(iso), zone).slice(0, -":00".length);
}

/** Prints a schedule, its next times, its last job and the times that it skipped. */
export async function scheduleShow(call: Invocation): Promise<void> {
  const queue = await openQueue(call);
  const schedule = await findSchedule(queue, call.words[0]!);
  const byHand = lastRunByHand(queue, schedule.name);
  if (call.json) printJson({ ...schedule, run_by_hand: byHand ?? null });
  else printLines(scheduleLines(schedule, byHand, Date.now()));
}

/** Adds a schedule's job now and prints its ID; the schedule's next time stays as it is. */
export async function scheduleRun(call: Invocation): Promise<void> {
  printAdded(await runSchedule(await openQueue(call), call.words[0]!), call.json);
}

/** Stops schedules from adding jobs until they are resumed; times that pass are skipped. */
export function schedulePause(call: Invocation): Promise<number> {
  return eachSchedule(call, (queue, name) => pauseSchedule(queue, name, true));
}

/** Resumes schedules with their next time. */
export function scheduleResume(call: Invocation): Promise<number> {
  return eachSchedule(call, (queue, name) => pauseSchedule(queue, name, false));
}

/** Removes schedules; the jobs that they added stay. */
export function scheduleRm(call: Invocation): Promise<number> {
  return eachSchedule(call, removeSchedule);
}

/** Calls `act` with each name that the call gives; prints the names, or a JSON array of them. */
async function eachSchedule(
  call: Invocation,
  act: (queue: Queue, name: string) => Promise<unknown>,
): Promise<number> {
  const queue = await openQueue(call);
  const names: string[] = [];
  const status = await eachOf(call.words, async (name) => {
    await act(queue, name);
    names.push(name);
    if (!call.json) print(name);
  });
  if (call.json) printJson(names);
  return status;
}

function scheduleLines(
  schedule: ScheduleView,
  byHand: ReturnType<typeof lastRunByHand>,
  now: number,
): string[] {
  const lines: string[] = [];
  const line = (name: string, value: string) =>
    lines.push(`${name.padEnd(11)} ${visibleText(value)}`);
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
  for (const [name, value] of Object.entries(rest.env ?? {})) {
    line("env", `${name}=${shownValue(name, value)}`);
  }
  for (const [field, value] of Object.entries(rest)) {
    if (field === "env") continue;
    const isText = typeof value === "string" || Array.isArray(value);
    line(field, isText ? [value].flat().join(", ") : JSON.stringify(value));
  }
  line("created", formatMoment(Date.parse(created_at), now));
  line(byHand ? "last due" : "last job", last ? `${last.id}, due ${due(last.due)}` : "none yet");
  if (byHand) line("run by hand", `${byHand.id}, ${formatMoment(Date.parse(byHand.at), now)}`);
  for (const { due: time, reason } of [...schedule.skipped ?? []].reverse()) {
    line("skipped", `${due(time)}: ${reason}`);
  }
  return lines;
}
