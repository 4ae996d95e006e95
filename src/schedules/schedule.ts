/**
 * A schedule: its file's name and content. Nothing here touches a file.
 *
 *     schedules/STAMP-NAME.json           due at STAMP; paused: 99980101T…
 *     schedules/STAMP-NAME@WORKER.json    a worker is turning it into a job
 *     schedules/STAMP-NAME.job            the job, made but not published yet
 *
 * @module
 */

import { UsageError } from "../text/errors.ts";
import type { JobInput } from "../format/job.ts";
import { JOB_FIELDS } from "../format/job_fields.ts";
import { formatStamp, HELD_TIME, ID_PATTERN, parseEntryName, parseStamp } from "../format/names.ts";

/** What becomes of times that passed while no worker lived: the latest runs once, all run, or none. */
export type CatchUp = "latest" | "all" | "none";

/** What becomes of a time at which the job of the last one has not ended. */
export type Overlap = "skip" | "allow";

/** A schedule as its file has it. */
export interface Schedule {
  /** What names it, and begins the ID of each of its jobs. */
  name: string;
  /** When it is due: cron fields, `@hourly` and its like, or `every SPAN`. */
  when: string;
  /** The time zone of the cron fields. */
  tz?: string;
  /** What becomes of times that passed while no worker lived. */
  catch_up: CatchUp;
  /** What becomes of a time at which the job of the last one has not ended. */
  overlap: Overlap;
  /** The job that it adds each time. */
  job: JobInput;
  /** ISO 8601 in UTC. An interval counts from here. */
  created_at: string;
  /** What was decided when it was last due. */
  turn?: Turn;
  /** The last job that it added. */
  last?: LastJob;
  /** Times that it let pass, the newest last; only the last few are kept. */
  skipped?: Skipped[];
}

/** What was decided at a time. Written before anything is done, so that whoever goes on does just that. */
export interface Turn {
  /** The time that stood in the schedule's name, ISO 8601 in UTC. */
  from: string;
  /** The ID of the job to be added, if any is. */
  job?: string;
  /** The name that the job is to have in pending/. */
  waiting?: string;
  /** When it is due next, ISO 8601 in UTC; absent: never again. */
  next?: string;
}

/** A job that a schedule added. */
export interface LastJob {
  /** For which time, ISO 8601 in UTC. */
  due: string;
  /** Its ID. */
  id: string;
  /** The name that it had in pending/. */
  waiting: string;
}

/** A time that a schedule let pass. */
export interface Skipped {
  /** Which, ISO 8601 in UTC. */
  due: string;
  /** Why, as a sentence. */
  reason: string;
}

/** A schedule's file, as its name tells. */
export interface ScheduleEntry {
  /** The name of the file. */
  file: string;
  /** The name of the schedule. */
  name: string;
  /** When it is due, in milliseconds since 1970; {@linkcode HELD_TIME}: it is paused. */
  time: number;
  /** The worker that is turning it into a job. */
  worker?: string;
}

/** What may name a schedule: with the time behind it, it is the ID of a job. */
export const SCHEDULE_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/;

const FILE = /^(\d{8}T\d{6}\.\d{3}Z)-([A-Za-z0-9][A-Za-z0-9_-]{0,39})(?:@([a-z0-9-]+))?\.json$/;

/** Reads the name of a file in schedules/; `undefined` if it is no schedule's. */
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

/** The name in schedules/ of a job that is made and not published yet. */
export function madeJobFile({ name, time }: ScheduleEntry): string {
  return `${formatStamp(time)}-${name}.job`;
}

/** Whether a schedule waits until someone resumes it. */
export function isPaused({ time }: ScheduleEntry): boolean {
  return time >= HELD_TIME;
}

/**
 * The ID of the job of a time: the same for everyone who makes it.
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

/** @throws {UsageError} If a job has what only the schedule can give it. */
export function checkScheduledJob(job: JobInput): void {
  for (const [field, { insteadInSchedule }] of JOB_FIELDS) {
    if (insteadInSchedule !== undefined && job[field] !== undefined) {
      throw new UsageError(`the job of a schedule takes no ${field}: ${insteadInSchedule}`);
    }
  }
}

/**
 * Reads a schedule's file.
 *
 * @throws {UsageError} If it is none; the sentence says why.
 */
export function parseSchedule(content: Uint8Array, name: string): Schedule {
  let parsed: Partial<Schedule>;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch {
    throw new UsageError("it is not JSON in UTF-8");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new UsageError("it is not a JSON object");
  }
  const { when, tz, job, catch_up = "latest", overlap = "skip", created_at } = parsed;
  const fault = typeof when !== "string"
    ? "when must be a string"
    : tz !== undefined && typeof tz !== "string"
    ? "tz must be a string"
    : typeof job !== "object" || job === null || Array.isArray(job)
    ? "job must be an object"
    : !["latest", "all", "none"].includes(catch_up)
    ? "catch_up must be latest, all or none"
    : !["skip", "allow"].includes(overlap)
    ? "overlap must be skip or allow"
    : !isTime(created_at)
    ? "created_at must be a time"
    : faultOfNotes(parsed);
  if (fault !== undefined) throw new UsageError(fault);
  checkScheduledJob(job!);
  return { ...parsed, name, catch_up, overlap } as Schedule;
}

/** What is wrong with what workers note in a schedule's file; people may have had it in an editor. */
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

/** Whether a job's ID and the name of a file in pending/ are that and belong together: the name becomes a path. */
function isPending(id: unknown, waiting: unknown): boolean {
  if (typeof id !== "string" || !ID_PATTERN.test(id) || typeof waiting !== "string") return false;
  const entry = parseEntryName(waiting);
  return entry !== undefined && entry.id === id && !entry.bare && entry.worker === undefined;
}

/** The content of a schedule's file: JSON that a person can read. */
export function scheduleBytes(schedule: Schedule): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(schedule, null, 2) + "\n");
}

/** Whether a schedule goes by an interval, to which time zones mean nothing. */
export function isInterval(when: string): boolean {
  return /^every\b/i.test(when.trim());
}

/** From when a schedule's interval counts, in milliseconds since 1970: a whole second. */
export function anchorOf(schedule: Schedule): number {
  return Math.floor(Date.parse(schedule.created_at) / 1000) * 1000;
}

/** A time is missed, not late, if no worker took it up within this many milliseconds. */
export const MISSED_AFTER = 60_000;

/**
 * The time that a schedule's job is for, when a worker next sees it due: of several that have passed, the
 * latest, unless all are to be made good.
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

/** Whether no job is to be added for a time, as it passed too long ago. */
export function isMissed({ catch_up }: Schedule, due: number, now: number): boolean {
  return catch_up === "none" && now - due > MISSED_AFTER;
}
