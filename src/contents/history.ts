/**
 * The history of the queue: a line of JSON for each attempt that has ended, in
 * `history/DATE.WORKER.jsonl`. Only the worker in the name writes to a file, by appending whole
 * lines. Only statistics depend on it, so it is not flushed.
 *
 * @module
 */

import type { Attempt, Job, Outcome } from "../format/job.ts";
import { OUTCOMES } from "../format/written_fields.ts";
import { linesFromEnd } from "../fs/lines_from_end.ts";
import { linesOnward } from "../fs/lines_onward.ts";
import { JOB_STATES, type SettledState } from "../format/names.ts";
import { ifThere, listIfThere, makeDirectory, pathIn, type Store } from "../store/store.ts";
import { readTail } from "../fs/read_tail.ts";

/** One line of the history: an attempt that has ended. */
export interface HistoryLine {
  /** The job's ID. */
  id: string;
  /** When it ended, ISO 8601 in UTC. */
  finished_at: string;
  /** From when the job was ready until it ran, in milliseconds; `null` where that is not known. */
  wait_ms: number | null;
  /** How long it ran, in milliseconds. */
  duration_ms: number;
  /** How it ended. */
  outcome: Outcome;
  /** The state that it led to. */
  led_to: SettledState;
  /** The exit status, or `null`. */
  exit_code: number | null;
  /** Which run of the job it was. */
  attempt: number;
}

/**
 * The line for a job's last attempt.
 *
 * @param before The job as it was claimed.
 * @param attempt How that went.
 * @param state Where the job went.
 */
export function historyLine(before: Job, attempt: Attempt, state: SettledState): HistoryLine {
  return {
    id: before.id,
    finished_at: attempt.finished_at,
    wait_ms: waitOf(before, attempt),
    duration_ms: attempt.duration_ms,
    outcome: attempt.outcome,
    led_to: state,
    exit_code: attempt.exit_code,
    attempt: attempt.attempt,
  };
}

/**
 * How long the job waited for a worker; no field says so of one that was run again, or waited for
 * others.
 */
function waitOf(before: Job, attempt: Attempt): number | null {
  const last = before.history.at(-1);
  if (last?.started_at === attempt.started_at) return null;
  if (last?.led_to === "done" || last?.led_to === "dead" || attempt.outcome === "lost") return null;
  if (!last && before.after?.length) return null;
  return Math.max(0, Date.parse(attempt.started_at) - Date.parse(before.run_at));
}

/** Adds lines to a worker's file of today (UTC). */
export function appendHistory(store: Store, worker: string, lines: readonly HistoryLine[]): void {
  makeDirectory(store, pathIn(store, "history"));
  const text = lines.map((line) => JSON.stringify(line) + "\n").join("");
  const day = new Date(store.now()).toISOString().slice(0, 10);
  const path = pathIn(store, "history", `${day}.${worker}.jsonl`);
  store.files.append(path, new TextEncoder().encode(text));
}

/**
 * The files of the history, oldest day first, each with the end of its day in milliseconds since
 * 1970.
 */
export function historyFiles(store: Store): { name: string; until: number }[] {
  const files: { name: string; until: number }[] = [];
  for (const { name, kind } of listIfThere(store, pathIn(store, "history"))) {
    const match = /^(\d{4}-\d{2}-\d{2})\.[a-z0-9-]+\.jsonl$/.exec(name);
    const day = match ? Date.parse(match[1]!) : NaN;
    if (kind === "file" && !Number.isNaN(day)) files.push({ name, until: day + 86_400_000 });
  }
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * An attempt is written down at most this long after its end, in milliseconds, unless the disk
 * refuses.
 */
const DISORDER = 600_000;

/**
 * Yields the attempts that ended since a time, in no particular order. Skips malformed lines.
 *
 * @param since Milliseconds since 1970.
 * @param passed Called with a sentence where a file has lines that are too long.
 */
export function* readHistory(
  store: Store,
  since: number,
  passed: (sentence: string) => void = () => {},
): Generator<HistoryLine> {
  for (const { name, until } of historyFiles(store)) {
    if (until <= since) continue;
    try {
      // From the end, so that no more of a long day is read than was asked for.
      for (const text of linesFromEnd(pathIn(store, "history", name), passed)) {
        const line = parseLine(text);
        if (!line) continue;
        const finished = Date.parse(line.finished_at);
        if (finished >= since) yield line;
        else if (finished < since - DISORDER) break;
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/**
 * Where in a file of the history to begin to read, in bytes: all attempts that ended since a time
 * come after. It may lie within a line.
 *
 * @throws {Deno.errors.NotFound} If the file is missing.
 */
export function offsetSince(store: Store, name: string, since: number): number {
  const path = pathIn(store, "history", name);
  let [low, high] = [0, store.files.stat(path)?.size ?? 0];
  while (high - low > NEAR) {
    const middle = Math.floor((low + high) / 2);
    const { value } = linesOnward(path, middle).next();
    const line = value?.lines.map(parseLine).find((each?: HistoryLine) => each);
    if (line && Date.parse(line.finished_at) < since - DISORDER) low = middle;
    else high = middle;
  }
  return low;
}

/** How many bytes are not worth another step of that search. */
const NEAR = 256 * 1024;

/** How much of each file {@linkcode recentLines} reads, in bytes: some six thousand lines. */
const RECENT = 2 * 1024 * 1024;

/**
 * The times, since another, at which jobs ended in done/ or dead/. Reads only the ends of the
 * files.
 *
 * @param since Milliseconds since 1970.
 * @returns The times in order, and the time from which on they are complete.
 */
export function recentEnds(store: Store, since: number): { times: number[]; from: number } {
  const { lines, from } = recentLines(store, since);
  const times = lines.filter(({ led_to }) => led_to === "done" || led_to === "dead")
    .map(({ finished_at }) => Date.parse(finished_at)).filter((time) => time >= from);
  return { times: times.sort((a, b) => a - b), from };
}

/**
 * The attempts at the ends of the files, in no order: all that ended since `from`, and some more.
 *
 * @param since The earliest `from`, in milliseconds since 1970.
 */
export function recentLines(
  store: Store,
  since: number,
): { lines: HistoryLine[]; from: number } {
  const all: HistoryLine[] = [];
  let from = since;
  for (const { name, until } of historyFiles(store)) {
    if (until <= since) continue;
    const tail = ifThere(() => readTail(pathIn(store, "history", name), RECENT));
    if (!tail) continue;
    const lines = new TextDecoder().decode(tail).split("\n").map(parseLine)
      .filter((line) => line !== undefined);
    const first = lines[0] && Date.parse(lines[0].finished_at);
    if (tail.length === RECENT && first !== undefined) from = Math.max(from, first);
    for (const line of lines) all.push(line);
  }
  return { lines: all, from };
}

/** The attempt that a line says; `undefined` if it is none. */
export function parseLine(text: string): HistoryLine | undefined {
  try {
    const line = JSON.parse(text);
    return isLine(line) ? line : undefined;
  } catch {
    // A power cut can leave half a line.
    return undefined;
  }
}

function isSpan(value: unknown): boolean {
  return Number.isFinite(value) && (value as number) >= 0;
}

/** Whether a value has the fields that readers of the history use. */
function isLine(value: Partial<HistoryLine> | null): value is HistoryLine {
  const { finished_at, wait_ms, duration_ms, outcome, led_to } = value ?? {};
  return typeof finished_at === "string" && !Number.isNaN(Date.parse(finished_at)) &&
    (wait_ms === null || wait_ms === undefined || isSpan(wait_ms)) && isSpan(duration_ms) &&
    (OUTCOMES as readonly unknown[]).includes(outcome) &&
    (led_to === undefined || (JOB_STATES as readonly unknown[]).includes(led_to));
}
