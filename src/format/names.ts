/**
 * The names on disk. A job's directory is its state; its name says when it is ready, its priority,
 * and which worker runs it.
 *
 *     pending/  failed/    STAMP-P-ID.json, STAMP-P-ID+WHERE.json
 *     processing/          STAMP-P-ID@WORKER.json
 *     done/  dead/         ID.json
 *
 * @module
 */

import { isWhere, type Placing, whereOf } from "./placement.ts";

/** The states of a job, each a directory of the queue, in the order of a job's life. */
export const JOB_STATES = ["pending", "processing", "done", "failed", "dead"] as const;

/** The state of a job: the name of the directory that its file lies in. */
export type JobState = typeof JOB_STATES[number];

/** Jobs of pending/ that are not ready, by why. */
export type Division = "delayed" | "held" | "waiting";

/** What jobs can be chosen by: their states, those of pending/ that are not ready, and more. */
export const SELECTABLE_STATES = [
  ...["pending", "delayed", "held", "waiting", "processing", "failed", "done"] as const,
  ...["dead", "cancelled"] as const,
];

/**
 * A state or a part of one: `delayed` and `waiting` are parts of `pending`, `held` of `pending` and
 * `failed`, `cancelled` of `dead`.
 */
export type SelectableState = typeof SELECTABLE_STATES[number];

/** The priority of a job that names none. */
export const DEFAULT_PRIORITY = 5;

/** What may be the ID of a job. */
export const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** The time in the name of a held job, which no clock reaches: 99980101T…. */
export const HELD_TIME = Date.UTC(9998, 0, 1);

/** The time in the name of a job that waits for other jobs to end: 99990101T…. */
export const AFTER_TIME = Date.UTC(9999, 0, 1);

/** The time in the name of a job that is to start at once, beyond all limits: 00010101T…. */
export const START_TIME = Date.parse("0001-01-01T00:00:00Z");

/** All stamps of jobs that are to start at once come before this one. */
export const FIRST_USUAL_STAMP = "0002";

/** Whether a job whose name has this time is to start at once, beyond all limits. */
export function startsAtOnce(time: number): boolean {
  return time < FIRST_USUAL_TIME;
}

const FIRST_USUAL_TIME = Date.parse("0002-01-01T00:00:00Z");

const STAMPED = /^(\d{8}T\d{6}\.\d{3}Z)-(\d)-(.*)$/s;

/** The parts of a name in a state directory. */
export interface EntryName {
  /** The ID of the job or batch. Not checked: a name dropped by hand can hold anything. */
  id: string;
  /** When it is ready, or was claimed, in milliseconds since 1970; 0 for a bare name. */
  time: number;
  /** 0 to 9. */
  priority: number;
  /** In processing/: the worker that claimed it. */
  worker?: string;
  /** Where it may run, as `whereOf` says it; missing if anywhere. */
  where?: string;
  /** Whether it has no STAMP-P in front: someone dropped it into pending/ by hand. */
  bare: boolean;
}

/**
 * A time in a name: UTC with milliseconds, 20 characters, so that names sort by time.
 *
 * @param time Milliseconds since 1970. Clamped to the years 0000 to 9999.
 *
 * @example
 * ```ts
 * import { formatStamp } from "./names.ts";
 *
 * formatStamp(Date.UTC(2026, 10, 22, 4, 32, 11, 123)); // "20261122T043211.123Z"
 * ```
 */
export function formatStamp(time: number): string {
  const clamped = Math.min(Math.max(time, -62167219200000), 253402300799999);
  const iso = new Date(clamped).toISOString();
  return iso.slice(0, 4) + iso.slice(5, 7) + iso.slice(8, 13) + iso.slice(14, 16) + iso.slice(17);
}

/**
 * The time that a stamp names, in milliseconds since 1970; `NaN` if it is not one.
 *
 * @example
 * ```ts
 * import { parseStamp } from "./names.ts";
 *
 * parseStamp("20261122T043211.123Z"); // 1795321931123
 * ```
 */
export function parseStamp(stamp: string): number {
  const at = (from: number, to: number) => stamp.slice(from, to);
  return Date.parse(
    `${at(0, 4)}-${at(4, 6)}-${at(6, 11)}:${at(11, 13)}:${at(13, 20)}`,
  );
}

/**
 * The name of a waiting job: `STAMP-P-ID.json`, or `STAMP-P-ID+WHERE.json`. One that no worker
 * claims before it is released gets its place only then.
 */
export function waitingName(
  time: number,
  priority: number,
  id: string,
  placing: Placing,
): string {
  const where = time < HELD_TIME ? whereOf(placing) : "";
  return `${formatStamp(time)}-${priority}-${id}${where && `+${where}`}.json`;
}

/** The name of a job claimed at a time: `STAMP-P-ID@WORKER.json`. */
export function claimedName(time: number, priority: number, id: string, worker: string): string {
  return `${formatStamp(time)}-${priority}-${id}@${worker}.json`;
}

/** The name of a batch in pending/: `STAMP-P-BATCHID`, or `STAMP-P-BATCHID+WHERE`, a directory. */
export function batchName(time: number, priority: number, id: string, where = ""): string {
  return `${formatStamp(time)}-${priority}-${id}${where && `+${where}`}`;
}

/** Whether a file of this name is a job: `.json`, and not hidden behind a dot. */
export function isJobName(name: string): boolean {
  return name.endsWith(".json") && !name.startsWith(".");
}

/**
 * Reads a name in a state directory; `undefined` if it is no job's: see {@linkcode isJobName}.
 *
 * @example
 * ```ts
 * import { parseEntryName } from "./names.ts";
 *
 * parseEntryName("20261122T043211.123Z-5-build.json");
 * // { id: "build", time: 1795321931123, priority: 5, worker: undefined, bare: false }
 * parseEntryName("build.log"); // undefined
 * ```
 */
export function parseEntryName(name: string): EntryName | undefined {
  if (!isJobName(name)) return undefined;
  return parseStem(name.slice(0, -".json".length));
}

/** Whether a name begins with a stamp and a priority: much faster than reading it. */
export function isWaitingName(name: string): boolean {
  for (let at = 0; at < 23; at++) {
    const code = name.charCodeAt(at);
    const wanted = SHAPE.charCodeAt(at);
    if (wanted === ZERO ? code < ZERO || code > NINE : code !== wanted) return false;
  }
  return name.endsWith(".json");
}

/** The ID in the name of a job that waits or has ended, as fast. */
export function idInName(name: string): string {
  const [from, plus] = isWaitingName(name) ? [SHAPE.length, name.indexOf("+")] : [0, -1];
  return name.slice(from, plus < 0 ? -".json".length : plus);
}

/** The beginning of a waiting job's name; 0 stands for any digit. */
const SHAPE = "00000000T000000.000Z-0-";
const ZERO = 48, NINE = 57;

/** Reads the name of a batch in pending/; `undefined` for another name. */
export function parseBatchName(name: string): EntryName | undefined {
  const entry = parseStem(name);
  const isBatch = !entry.bare && entry.worker === undefined && ID_PATTERN.test(entry.id);
  return isBatch ? entry : undefined;
}

function parseStem(stem: string): EntryName {
  const match = STAMPED.exec(stem);
  const time = match ? parseStamp(match[1]!) : NaN;
  if (!match || Number.isNaN(time)) {
    return { id: stem, time: 0, priority: DEFAULT_PRIORITY, bare: true };
  }
  const rest = match[3]!;
  const at = rest.lastIndexOf("@");
  const entry: EntryName = {
    id: at < 0 ? rest : rest.slice(0, at),
    time,
    priority: Number(match[2]),
    worker: at < 0 ? undefined : rest.slice(at + 1),
    bare: false,
  };
  const plus = at < 0 ? rest.indexOf("+") : -1;
  if (plus < 0 || !isWhere(rest.slice(plus + 1))) return entry;
  return { ...entry, id: rest.slice(0, plus), where: rest.slice(plus + 1) };
}

/** A state that a running job can be settled into; `pending` puts it back. */
export type SettledState = Exclude<JobState, "processing">;

/** The parts of the name in tmp/ of a job's new content, while the job is being settled. */
export interface MeantName {
  /** The name that the job gets in its state directory. */
  final: string;
  /** The job's ID. */
  id: string;
  /** The worker that settles it. */
  worker: string;
  /** The state that it gets. */
  state: SettledState;
}

/** The name in tmp/ of a settled job's new content: `FINAL@WORKER.STATE`. */
export function formatMeantName(final: string, worker: string, state: SettledState): string {
  return `${final}@${worker}.${state}`;
}

/** Reads the name of a settled job's new content; `undefined` for another name. */
export function parseMeantName(name: string): MeantName | undefined {
  const match = /^(.+\.json)@([a-z0-9-]+)\.(done|failed|dead|pending)$/s.exec(name);
  if (!match) return undefined;
  const [, final, worker, state] = match as unknown as [string, string, string, SettledState];
  return { final, id: parseEntryName(final)?.id ?? "", worker, state };
}
