/**
 * `queuectl schedule edit`: other times or another job for a schedule, by options or in an editor.
 *
 * @module
 */

import type { JobInput } from "../../../format/job.ts";
import type { ScheduleInput } from "../../../schedules/add_schedule.ts";
import { editSchedule } from "../../../schedules/edit_schedule.ts";
import { findSchedule } from "../../../schedules/manage_schedules.ts";
import type { ScheduleView } from "../../../schedules/read_schedule.ts";
import { QueueError, UsageError } from "../../../text/errors.ts";
import { giveEnvironment } from "../../args/caller_environment.ts";
import { jobFields } from "../../args/job_options.ts";
import { isObject, mergeJobs } from "../../args/job_words.ts";
import { openQueue } from "../../args/open_queue.ts";
import { GLOBAL_OPTIONS, type Invocation } from "../../table/command.ts";
import type { GivenOptions } from "../../table/option.ts";
import { printAnswer } from "../../terminal/output.ts";
import { formatDue } from "../../terminal/relative_time.ts";
import { keepingText } from "../control/edit.ts";
import { choice } from "./schedule_add.ts";

type Content = Omit<ScheduleInput, "name">;

/** Changes what options name, or opens the schedule in $VISUAL or $EDITOR; prints its next time. */
export async function scheduleEdit(call: Invocation): Promise<void> {
  const { command, options } = call;
  const queue = await openQueue(call);
  const found = await findSchedule(queue, call.words[0]!);
  const { name } = found;
  const before = contentOf(found);
  const isGlobal = (name: string) => GLOBAL_OPTIONS.some((option) => option.name === name);
  if (command.options?.some(({ name }) => !isGlobal(name) && options.has(name))) {
    await editSchedule(queue, name, changed(before, options));
  } else {
    await keepingText(`schedule ${name}`, name, async (edit) => {
      const after = await edit(before);
      if (after === undefined) return;
      const content = checked(after);
      if (JSON.stringify(contentOf(await findSchedule(queue, name))) !== JSON.stringify(before)) {
        throw new QueueError(
          `schedule ${name} was changed by another command meanwhile; edit it again`,
        );
      }
      await editSchedule(queue, name, content);
    });
  }
  const schedule = await findSchedule(queue, name);
  const [next] = schedule.next;
  const due = next === undefined ? "paused" : `next ${formatDue(next, schedule.tz, Date.now())}`;
  printAnswer(call.json, schedule, `${name}: ${due}`);
}

function contentOf({ when, tz, catch_up, overlap, job }: ScheduleView): Content {
  return { when, ...(tz !== undefined && { tz }), catch_up, overlap, job };
}

/** A schedule with what options say; a zone goes with fields, not with `every SPAN`. */
function changed(before: Content, options: GivenOptions): Content {
  const when = options.text("when") ?? before.when;
  const zone = /^every /.test(when) ? undefined : before.tz;
  const tz = options.text("tz") ?? zone;
  const job = mergeJobs(before.job, jobFields(options, Date.now()));
  if (before.job.cwd === undefined && !options.has("cwd")) delete job.cwd;
  if (options.has("command")) job.command = options.text("command")!;
  if (options.has("capture-env")) giveEnvironment([job]);
  return {
    when,
    ...(tz !== undefined && { tz }),
    catch_up: choice(options.text("catch-up"), "--catch-up", ["latest", "all", "none"]) ??
      before.catch_up,
    overlap: choice(options.text("overlap"), "--overlap", ["skip", "allow", "tag"]) ??
      before.overlap,
    job,
  };
}

/** @throws {UsageError} If what was edited is no schedule; what it says is checked later. */
function checked(edited: unknown): Content {
  if (!isObject(edited)) throw new UsageError("a schedule must be a JSON object");
  const { when, tz, catch_up, overlap, job, ...rest } = edited as Record<string, unknown>;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new UsageError(`a schedule has no field "${unknown}"`);
  const text = (value: unknown, name: string) => {
    if (value === undefined || typeof value === "string") return value;
    throw new UsageError(`${name} must be a string`);
  };
  if (typeof when !== "string") throw new UsageError("when must be a string");
  if (!isObject(job)) throw new UsageError("job must be an object");
  return {
    when,
    tz: text(tz, "tz"),
    catch_up: choice(text(catch_up, "catch_up"), "catch_up", ["latest", "all", "none"]),
    overlap: choice(text(overlap, "overlap"), "overlap", ["skip", "allow", "tag"]),
    job: job as unknown as JobInput,
  };
}
