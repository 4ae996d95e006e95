/**
 * `queuectl schedule import`: schedules of a user's crontab, all or none.
 *
 * @module
 */

import type { Queue } from "../../../queue.ts";
import { addSchedule, type ScheduleInput } from "../../../schedules/add_schedule.ts";
import { listSchedules, removeSchedule } from "../../../schedules/manage_schedules.ts";
import { previewSchedule } from "../../../schedules/preview_schedule.ts";
import { QueueError, reasonOf, UsageError } from "../../../text/errors.ts";
import { visibleText } from "../../../text/shown_text.ts";
import { readCrontab } from "../../args/crontab.ts";
import { openOrMakeQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { note, print, printJson } from "../../terminal/output.ts";
import { printTable } from "../../terminal/table.ts";
import { counted } from "../../text/counted.ts";
import { replaceSchedule } from "./schedule_add.ts";

/** Adds a schedule for each line of a crontab, and prints their names; or shows them only. */
export async function scheduleImport(call: Invocation): Promise<number> {
  const { options, words } = call;
  const [file] = words as [string];
  const source = file === "-" ? "stdin" : file;
  const { entries, faults, notes } = readCrontab(await read(file), source, homeOf());
  const inputs: ScheduleInput[] = [];
  for (const { line, ...input } of entries) {
    try {
      await previewSchedule(input.when, input.tz);
      inputs.push(input);
    } catch (error) {
      faults.push(`${source}, line ${line}: ${reasonOf(error)}`);
    }
  }
  for (const sentence of [...notes, ...faults]) note(sentence);
  if (faults.length > 0 && !options.has("skip-bad")) {
    throw new UsageError(
      `${counted(faults.length, "line")} cannot be taken; nothing was imported (to import the ` +
        "others: --skip-bad)",
    );
  }
  if (inputs.length === 0) note(`${source} has no line that makes a schedule; nothing to import`);
  if (options.has("dry-run")) {
    if (call.json) printJson(inputs);
    else show(inputs);
    return 0;
  }
  if (inputs.length > 0) await addAll(await openOrMakeQueue(call), inputs, options.has("replace"));
  if (call.json) printJson(inputs.map(({ name }) => name));
  else for (const { name } of inputs) print(name);
  return 0;
}

async function read(file: string): Promise<string> {
  if (file === "-") return await new Response(Deno.stdin.readable).text();
  return await Deno.readTextFile(file);
}

function homeOf(): string {
  const home = Deno.env.get("HOME");
  if (home) return home;
  throw new UsageError("$HOME is not set, and cron runs commands there; set it");
}

function show(inputs: readonly ScheduleInput[]): void {
  printTable({
    head: ["NAME", "WHEN", "ZONE", "COMMAND"],
    rows: inputs.map(({ name, when, tz, job }) =>
      [name, when, tz ?? "", job.command].map(visibleText)
    ),
  });
}

/** @throws {QueueError} If one cannot be added; those before it are removed again. */
async function addAll(
  queue: Queue,
  inputs: readonly ScheduleInput[],
  replaces: boolean,
): Promise<void> {
  const there = new Set((await listSchedules(queue)).map(({ name }) => name));
  const taken = inputs.map(({ name }) => name).filter((name) => there.has(name));
  if (taken.length > 0 && !replaces) {
    throw new QueueError(
      `schedules exist already: ${taken.join(", ")}; replace them with --replace; nothing was ` +
        "imported",
    );
  }
  const added: string[] = [];
  try {
    for (const input of inputs) {
      await (replaces ? replaceSchedule : addSchedule)(queue, input);
      if (!there.has(input.name)) added.push(input.name);
    }
  } catch (error) {
    for (const name of added) await removeSchedule(queue, name).catch(() => {});
    throw error;
  }
}
