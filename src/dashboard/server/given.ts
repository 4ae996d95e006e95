/**
 * From the JSON and the queries of requests to what mod.ts and the scanner take.
 *
 * @module
 */

import {
  bytesInSize,
  commandText,
  JOB_FIELDS,
  type JobInput,
  type ScheduleInput,
  secondsInSpan,
  UsageError,
} from "../../../mod.ts";
import type { BulkFilter, JobsQuery } from "../api.ts";
import { objectBody } from "./body.ts";

/** What {@linkcode JobsQuery} can ask for. */
const STATES = [
  ...["pending", "delayed", "held", "waiting"] as const,
  ...["processing", "done", "failed", "dead"] as const,
];
const SORTS = ["created", "priority", "duration", "attempts", "command"] as const;
const ORDERS = ["desc", "asc"] as const;

/** The spans of `GET /api/stats`, in milliseconds, and how many parts their charts have. */
const SPANS: Readonly<Record<string, { span: number; parts: number }>> = {
  "5m": { span: 300_000, parts: 60 },
  "1h": { span: 3_600_000, parts: 60 },
  "24h": { span: 86_400_000, parts: 96 },
  "7d": { span: 604_800_000, parts: 84 },
};

/** One of some words, or the first if none was given. */
function choice<const T extends string>(
  given: string | null,
  name: string,
  words: readonly T[],
): T {
  if (given === null || given === "") return words[0]!;
  const found = words.find((word) => word === given);
  if (found !== undefined) return found;
  throw new UsageError(`${name} must be one of ${words.join(", ")}, not ${JSON.stringify(given)}`);
}

/**
 * Refuses a query with another name: a script that asks for `state=dead`, not `states=dead`, would
 * take all jobs for dead ones.
 */
export function checkNames(query: URLSearchParams, known: readonly string[]): void {
  const other = [...query.keys()].find((name) => !known.includes(name));
  if (other === undefined) return;
  throw new UsageError(`the query may have ${known.join(", ")}, not ${JSON.stringify(other)}`);
}

/** The query of `GET /api/jobs`. */
export function jobsQueryOf(query: URLSearchParams): JobsQuery {
  checkNames(query, ["states", "text", "tags", "group", "sort", "order", "cursor", "limit"]);
  const states = query.getAll("states").flatMap((list) => list.split(",")).filter(Boolean);
  const limit = Number(query.get("limit") ?? 50);
  if (!Number.isInteger(limit) || limit < 1 || limit > 200) {
    throw new UsageError("limit must be a whole number from 1 to 200");
  }
  return {
    states: states.map((state) => choice(state, "states", STATES)),
    text: query.get("text") ?? "",
    ...marksOf(query.get("tags")?.split(",").filter(Boolean), query.get("group") || undefined),
    sort: choice(query.get("sort"), "sort", SORTS),
    order: choice(query.get("order"), "order", ORDERS),
    limit,
    ...(query.get("cursor") && { cursor: query.get("cursor")! }),
  };
}

/**
 * The filter of a bulk request. An empty one is refused: it would mean every job.
 *
 * @throws {UsageError} If it has another name than these, or a wrong value.
 */
export function filterOf(body: unknown): BulkFilter {
  const { states, text, tags, group, ...others } = objectBody(body, "filter");
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw new UsageError(
      `filter may have states, text, tags and group, not ${JSON.stringify(other)}`,
    );
  }
  const marks = marksOf(optional(tags), optional(group));
  const isNarrow = optional(text) || marks.tags || marks.group;
  if (!isNarrow && (!Array.isArray(states) || states.length === 0)) {
    throw new UsageError("filter must have text, tags, group, or states, an array of 1 or more");
  }
  return {
    ...marks,
    ...(Array.isArray(states) && {
      states: states.map((state) => choice(textOf(state, "states"), "states", STATES)),
    }),
    ...(optional(text) !== undefined && { text: textOf(text, "text") }),
  };
}

/** Tags and a group that jobs must have, as jobs may have them. */
function marksOf(tags: unknown, group: unknown): Pick<JobsQuery, "tags" | "group"> {
  for (const [name, value] of Object.entries({ tags, group })) {
    const fault = value === undefined ? undefined : JOB_FIELDS.get(name)!.check(value);
    if (fault !== undefined) throw new UsageError(`${name} ${fault}`);
  }
  const given = Array.isArray(tags) && tags.length > 0;
  return {
    ...(given && { tags: tags as string[] }),
    ...(group !== undefined && { group: group as string }),
  };
}

/** The span of `GET /api/stats` and the parts of its charts. */
export function spanOf(word: string | null): { span: number; parts: number } {
  return SPANS[choice(word ?? "1h", "span", Object.keys(SPANS))]!;
}

/** A whole number of a query, which may be negative; `undefined` if it was not given. */
export function wholeOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  throw new UsageError(`${name} must be a whole number of bytes, not ${JSON.stringify(text)}`);
}

/**
 * The job that a body describes. As on the command line its command may be an array, its spans may
 * be text such as `10m`, `max-retries` is `max_retries`, and `delay` sets `run_at`.
 *
 * @throws {UsageError} If its `cwd` is relative: a client has no directory on this machine.
 */
export function jobInputOf(body: unknown): JobInput {
  const given = objectBody(body);
  const input: Record<string, unknown> = {};
  for (const [asGiven, value] of Object.entries(given)) {
    const key = asGiven.replaceAll("-", "_");
    const sets = JOB_FIELDS.get(key)?.sets;
    // Kept as an unknown field it would change nothing, and the job would run at once.
    if (sets !== undefined && key !== "delay") {
      throw new UsageError(`"${asGiven}" is an option of the command line; give "${sets}" instead`);
    }
    const name = JOB_FIELDS.has(key) ? key : asGiven;
    if (name === "command" && Array.isArray(value)) input.command = argvText(value);
    else if (name === "delay") input.run_at = readyTime(given);
    else if (name === "cwd" && typeof value === "string" && !value.startsWith("/")) {
      throw new UsageError(`cwd must be an absolute path, not ${JSON.stringify(value)}`);
    } else if (JOB_FIELDS.get(name)?.type === "size" && typeof value === "string") {
      input[name] = value === "none" ? null : bytesInSize(value) ?? value;
    } else input[name] = JOB_FIELDS.get(name)?.type === "span" ? secondsOf(value, name) : value;
  }
  return input as JobInput;
}

/** The time that `run_at` or `delay` gives, ISO 8601 in UTC; `undefined` if neither is given. */
export function readyTime(given: Record<string, unknown>): string | undefined {
  const { run_at, delay } = given;
  if (delay === undefined || delay === null) {
    if (run_at === undefined) return undefined;
    const time = run_at === "now" ? Date.now() : Date.parse(String(run_at));
    if (!Number.isNaN(time)) return new Date(time).toISOString();
    throw new UsageError(
      `run_at must be a time in ISO 8601, or now, not ${JSON.stringify(run_at)}`,
    );
  }
  if (run_at !== undefined) throw new UsageError("give run_at or delay, not both");
  const seconds = secondsOf(delay, "delay");
  const fault = JOB_FIELDS.get("delay")!.check(seconds);
  if (fault !== undefined) throw new UsageError(`delay ${fault}`);
  return new Date(Date.now() + Math.round(Number(seconds) * 1000)).toISOString();
}

/** The seconds of a span in words, `null` for `none`; any other value as it is. */
function secondsOf(value: unknown, name: string): unknown {
  if (typeof value !== "string") return value;
  if (value.trim() === "none") return null;
  const seconds = secondsInSpan(value);
  if (seconds !== undefined) return seconds;
  throw new UsageError(
    `${name} must be a span such as 90s, 10m or 1h30m, not ${JSON.stringify(value)}`,
  );
}

function argvText(argv: readonly unknown[]): unknown {
  const text = commandText(argv);
  if (typeof text === "string") return text;
  throw new UsageError("command must be text, or an array of a program and its arguments");
}

/** What makes a schedule, but for its name. */
export function scheduleInputOf(body: unknown): Omit<ScheduleInput, "name"> {
  const { when, tz, catch_up, overlap, job } = objectBody(body);
  return {
    when: textOf(when, "when"),
    ...(optional(tz) !== undefined && { tz: textOf(tz, "tz") }),
    ...(optional(catch_up) !== undefined && {
      catch_up: choice(textOf(catch_up, "catch_up"), "catch_up", ["latest", "all", "none"]),
    }),
    ...(optional(overlap) !== undefined && {
      overlap: choice(textOf(overlap, "overlap"), "overlap", ["skip", "allow", "tag"]),
    }),
    job: jobInputOf(objectBody(job, "job")),
  };
}

/** A value that may be left out; forms send `""` or `null` for that. */
export function optional(value: unknown): unknown {
  return value === "" || value === null ? undefined : value;
}

/** A value that must be text. */
export function textOf(value: unknown, name: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new UsageError(`${name} must be text`);
}
