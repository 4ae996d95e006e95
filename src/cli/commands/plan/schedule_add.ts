/**
 * `queuectl schedule add`: a job that is added again and again.
 *
 * @module
 */

import type { Queue } from "../../../queue.ts";
import { addSchedule, checkSchedule, type ScheduleInput } from "../../../schedules/add_schedule.ts";
import { editSchedule } from "../../../schedules/edit_schedule.ts";
import type { ScheduleView } from "../../../schedules/read_schedule.ts";
import { MissingError, UsageError } from "../../../text/errors.ts";
import { captureIfAsked } from "../../args/capture.ts";
import { jobOfCall } from "../../args/job_words.ts";
import { openOrMakeQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { note, printAnswer } from "../../terminal/output.ts";
import { formatDue } from "../../terminal/relative_time.ts";

/** Adds a schedule, and prints when it is due first. */
export async function scheduleAdd(call: Invocation): Promise<void> {
  const { options, words } = call;
  const [name, when, ...command] = words as [string, string, ...string[]];
  const separatedAt = call.separatedAt && Math.max(0, call.separatedAt - 2);
  const job = await jobOfCall({ ...call, words: command, separatedAt });
  const input = {
    name,
    when,
    job,
    tz: options.text("tz"),
    catch_up: choice(options.text("catch-up"), "--catch-up", ["latest", "all", "none"]),
    overlap: choice(options.text("overlap"), "--overlap", ["skip", "allow", "tag"]),
  };
  const queue = await openOrMakeQueue(call, (store) => checkSchedule(store, input));
  await captureIfAsked(call, queue.store, [job]);
  const schedule = options.has("replace")
    ? await replaceSchedule(queue, input)
    : await addSchedule(queue, input);
  const due = formatDue(schedule.next[0]!, schedule.tz, Date.now());
  printAnswer(call.json, schedule, `${name}: next ${due}`);
  if (!queue.isAttended()) note("no worker is alive to run the schedule (queuectl worker start)");
}

/** Adds a schedule, or gives the one of its name other times and another job. */
export async function replaceSchedule(queue: Queue, input: ScheduleInput): Promise<ScheduleView> {
  try {
    return await editSchedule(queue, input.name, input);
  } catch (error) {
    if (error instanceof MissingError) return await addSchedule(queue, input);
    throw error;
  }
}

/** The word of an option that takes one of a few; `undefined` if it was not given. */
export function choice<T extends string>(
  text: string | undefined,
  option: string,
  choices: readonly T[],
): T | undefined {
  if (text === undefined) return undefined;
  const found = choices.find((each) => each === text);
  if (found !== undefined) return found;
  throw new UsageError(`${option} must be one of ${choices.join(", ")}, not "${text}"`);
}
