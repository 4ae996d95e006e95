/**
 * A schedule's name and content, as pure values.
 *
 * The room: files in schedules/ and how they become jobs.
 *
 *     schedules/STAMP-NAME.json           due at STAMP; paused: 99980101T…
 *     schedules/STAMP-NAME@WORKER.json    a worker is turning it into a job
 *     schedules/STAMP-NAME.job            the job, made but not published yet
 *
 * @module
 */

import { UsageError } from "../text/errors.ts";
import { isObject } from "../format/field_checks.ts";
import type { JobInput } from "../format/job.ts";
import { JOB_FIELDS } from "../format/job_fields.ts";
import { formatStamp, HELD_TIME, ID_PATTERN, parseEntryName, parseStamp } from "../format/names.ts";

/** Which of the times that passed while no worker was running get a job. */
export type CatchUp = "latest" | "all" | "none";

/**
 * Whether a time gets a job while the schedule's last job has not ended; or with `tag`, while any
 * job has not ended that has the tags of the schedule's jobs: a whole pipeline.
 */
export type Overlap = "skip" | "allow" | "tag";

/** A schedule as its file has it. */
export interface Schedule {
  /** Its name; the ID of each of its jobs begins with it. */
  name: string;
  /** When it is due: cron fields, a word such as `@hourly`, or `every SPAN`. */
  when: string;
  /** The time zone of the cron fields. */
  tz?: string;
  /** Which of the times that passed while no worker was running get a job. */
  catch_up: CatchUp;
  /** Whether a time gets a job while earlier ones have not ended. */
  overlap: Overlap;
  /** The job that it adds each time. */
  job: JobInput;
  /** ISO 8601 in UTC. An interval counts from here. */
  created_at: string;
  /** What was decided when it was last due. */
  turn?: Turn;
  /** The last job that it added. */
  last?: LastJob;
  /** Times that got no job, the newest last; at most ten. */
  skipped?: Skipped[];
}

/**
 * What was decided at a time. Written before it is done, so that after a crash another worker does
 * the same.
 */
export interface Turn {
  /** The time that stood in the schedule's name, ISO 8601 in UTC. */
  from: string;
  /** The ID of the job to add, if any. */
  job?: string;
  /** The job's name in pending/. */
  waiting?: string;
  /** When the schedule is due next, ISO 8601 in UTC; missing if never again. */
  next?: string;
}

/** A job that a schedule added. */
export interface LastJob {
  /** The time that it was for, ISO 8601 in UTC. */
  due: string;
  /** Its ID. */
  id: string;
  /** Its first name in pending/. */
  waiting: string;
}

/** A time that got no job. */
export interface Skipped {
  /** The time, ISO 8601 in UTC. */
  due: string;
  /** Why, as a sentence. */
  reason: string;
}

/** A schedule, known by its file's name alone. */
export interface ScheduleEntry {
  /** The name of the file. */
  file: string;
  /** The name of the schedule. */
  name: string;
  /** When it is due, in milliseconds since 1970; {@linkcode HELD_TIME} if it is paused. */
  time: number;
  /** The worker that is turning it into a job. */
  worker?: string;
}

/** A schedule's name: followed by a time it is a job's ID. */
const SCHEDULE_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/;

const FILE = /^(\d{8}T\d{6}\.\d{3}Z)-([A-Za-z0-9][A-Za-z0-9_-]{0,39})(?:@([a-z0-9-]+))?\.json$/;

/** Reads the name of a file in schedules/; `undefined` if it is not that of a schedule. */
export function parseScheduleFile(file: string): ScheduleEntry | undefined {
  const match = FILE.exec(file);
  const time = match ? parseStamp(match[1]!) : NaN;
  if (!match || Number.isNaN(time)) return undefined;
  return { file, name: match[2]!, time, worker: match[3] };
}

/** The name of a schedule's file. */
export function scheduleFile(name: string, time: number, worker?: string): string {
  return `${formatStamp(time)}-${name}${worker === undefined ? "" : `@${worker}`}.json`;
}

/** The name in schedules/ of a job that is not published yet. */
export function madeJobFile({ name, time }: ScheduleEntry): string {
  return `${formatStamp(time)}-${name}.job`;
}

/** Whether a schedule waits for its time: it is neither paused nor taken by a worker. */
export function awaitsItsTime({ time, worker }: ScheduleEntry): boolean {
  return time < HELD_TIME && worker === undefined;
}

/**
 * The ID of the job for a time: the same whoever makes it.
 *
 * @example
 * ```ts
 * import { scheduledId } from "./schedule.ts";
 *
 * scheduledId("nightly", Date.UTC(2026, 10, 22, 2)); // "nightly-20261122T020000Z"
 * ```
 */
export function scheduledId(name: string, due: number): string {
  return `${name}-${formatStamp(due).replace(".000", "").replace(".", "")}`;
}

/** @throws {UsageError} If a schedule cannot have this name. */
export function checkScheduleName(name: string): void {
  if (SCHEDULE_NAME.test(name)) return;
  throw new UsageError(
    `a schedule's name must be 1 to 40 letters, digits, - or _, beginning with a letter or digit, ` +
      `not "${name}"`,
  );
}

/** @throws {UsageError} If a job has a field that a schedule's job cannot have. */
export function checkScheduledJob(job: JobInput): void {
  for (const [field, { insteadInSchedule }] of JOB_FIELDS) {
    if (insteadInSchedule !== undefined && job[field] !== undefined) {
      throw new UsageError(`a schedule's job cannot have "${field}": ${insteadInSchedule}`);
    }
  }
}

/**
 * Reads a schedule's file.
 *
 * @throws {UsageError} If it is not valid; the message says why.
 */
export function parseSchedule(content: Uint8Array, name: string): Schedule {
  let parsed: Partial<Schedule>;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch {
    throw new UsageError("it is not JSON in UTF-8");
  }
  if (!isObject(parsed)) {
    throw new UsageError("it is not a JSON object");
  }
  const { when, tz, job, catch_up = "latest", overlap = "skip", created_at } = parsed;
  const fault = typeof when !== "string"
    ? "when must be a string"
    : tz !== undefined && typeof tz !== "string"
    ? "tz must be a string"
    : !isObject(job)
    ? "job must be an object"
    : !["latest", "all", "none"].includes(catch_up)
    ? "catch_up must be latest, all or none"
    : !["skip", "allow", "tag"].includes(overlap)
    ? "overlap must be skip, allow or tag"
    : !isTime(created_at)
    ? "created_at must be a time"
    : faultOfNotes(parsed);
  if (fault !== undefined) throw new UsageError(fault);
  checkScheduledJob(job!);
  return { ...parsed, name, catch_up, overlap } as Schedule;
}

/** Checks what workers write into a schedule's file: people may have edited it. */
function faultOfNotes({ turn, last, skipped }: Partial<Schedule>): string | undefined {
  if (turn !== undefined) {
    if (!isTime(turn?.from)) return "turn must have a time, from";
    if (turn.next !== undefined && !isTime(turn.next)) return "turn.next must be a time";
    if ((turn.job ?? turn.waiting) !== undefined && !isPending(turn.job, turn.waiting)) {
      return "turn must have a job's ID and its name in pending/, or neither";
    }
  }
  if (last !== undefined && !(isTime(last?.due) && isPending(last.id, last.waiting))) {
    return "last must have a time, due, and a job's id and its name in pending/, waiting";
  }
  if (
    skipped !== undefined &&
    !(Array.isArray(skipped) &&
      skipped.every((skip) => isTime(skip?.due) && typeof skip.reason === "string"))
  ) return "skipped must be an array, each with a time, due, and a reason";
}

function isTime(value: unknown): boolean {
  return typeof value === "string" && !Number.isNaN(Date.parse(value));
}

/** Whether a name in pending/ is that of the job with this ID: the name becomes a path. */
function isPending(id: unknown, waiting: unknown): boolean {
  if (typeof id !== "string" || !ID_PATTERN.test(id) || typeof waiting !== "string") return false;
  const entry = parseEntryName(waiting);
  return entry !== undefined && entry.id === id && !entry.bare && entry.worker === undefined;
}

/** The content of a schedule's file: indented JSON. */
export function scheduleBytes(schedule: Schedule): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(schedule, null, 2) + "\n");
}

/** Whether a schedule is an interval, which has no time zone. */
export function isInterval(when: string): boolean {
  return /^every\b/i.test(when.trim());
}

/** The start of a schedule's intervals, in milliseconds since 1970: a whole second. */
export function anchorOf(schedule: Schedule): number {
  return Math.floor(Date.parse(schedule.created_at) / 1000) * 1000;
}

/** A time without a job after this many milliseconds is missed, not late. */
export const MISSED_AFTER = 60_000;

/**
 * The time that a schedule's next job is for: of several that have passed the latest, or with
 * `catch_up: all` the first.
 *
 * @param stamp The time in the name of its file.
 */
export function dueTime(
  { catch_up }: Schedule,
  times: { latest(notAfter: number): number | undefined },
  stamp: number,
  now: number,
): number {
  return catch_up === "all" ? stamp : Math.max(stamp, times.latest(now) ?? stamp);
}

/** Whether a time gets no job because it passed too long ago. */
export function isMissed({ catch_up }: Schedule, due: number, now: number): boolean {
  return catch_up === "none" && now - due > MISSED_AFTER;
}
