/**
 * A job's log, or a part of it, byte for byte.
 *
 * @module
 */

import type { Attempt, JobView } from "../../../format/job.ts";
import { TimeNotes } from "../../../contents/line_times.ts";
import { followLog } from "../../../inspect/follow.ts";
import { lastLinesOf, LogReader } from "../../../inspect/log_reader.ts";
import type { Queue } from "../../../queue.ts";
import { jsonText, note } from "../../terminal/output.ts";
import { FormedLines, type LineForm, PrefixedLines } from "../../terminal/prefixed_lines.ts";

/** How often to check whether a followed attempt has ended, in milliseconds. */
const LOOK_EVERY = 200;

/** Which part of a log to show. Default: all of it. */
export interface LogPart {
  /** Only this attempt, from 1. */
  attempt?: number;
  /** Only the last attempt. */
  isLastAttempt?: boolean;
  /** Only what was printed since then, in milliseconds since 1970. */
  since?: number;
  /** Only so many lines at the end of that. */
  lines?: number;
  /** Whether each line comes with the time at which it was printed, if the job notes these. */
  hasTimes?: boolean;
  /** Whether each line is a JSON object. */
  isJson?: boolean;
}

/** Takes what is shown. */
export type Write = (bytes: Uint8Array) => void;

/**
 * The offsets between which a part of a log lies now; of an attempt that runs the second is
 * infinity.
 */
export function rangeOf(queue: Queue, job: JobView, part: LogPart): [from: number, to: number] {
  const { since, lines } = part;
  const attempt = part.isLastAttempt && job.history.length > 0 ? job.history.length : part.attempt;
  let [from, to] = attempt === undefined ? [0, Infinity] : boundsOf(job.history, attempt);
  if (since !== undefined) {
    from = Math.max(from, offsetSince(job.history, since));
    if (job.timestamps === true) {
      from = Math.max(from, new TimeNotes(queue.store, job).offsetSince(since));
    }
  }
  return [lines === undefined ? from : lastLinesOf(queue, job.id, lines, from, to), to];
}

/** Where in the log the first attempt begins that ended since a time, or runs. */
function offsetSince(history: readonly Attempt[], since: number): number {
  const first = history.find(({ finished_at }) => Date.parse(finished_at) >= since);
  return first?.log_offset ?? history.at(-1)?.log_end ?? 0;
}

/** Output on its way. */
export interface Shown {
  /** Takes a piece of the log. */
  add: Write;
  /** Says that there is no more. */
  end(): void;
}

/**
 * What a job's log passes through: as it is, or line by line with something in front.
 *
 * @param from The offset of the first byte.
 * @param prefix What else stands in front of each line.
 */
export function shown(
  queue: Queue,
  job: JobView,
  part: LogPart,
  from: number,
  write: Write,
  prefix = "",
): Shown {
  const hasTimes = (part.hasTimes || part.isJson) === true && job.timestamps === true;
  if (part.hasTimes && !hasTimes) {
    note(`job ${job.id} does not note when it prints (enqueue --timestamps has it do so)`);
  }
  if (!hasTimes && !part.isJson && prefix === "") return { add: write, end() {} };
  const notes = hasTimes ? new TimeNotes(queue.store, job) : undefined;
  // What is not noted yet was printed just now, or right before the end.
  const ends = job.state === "processing" || job.state === "pending" ? [] : job.history;
  const timeOf = (offset: number) =>
    notes!.timeOf(offset) ?? Date.parse(ends.at(-1)?.finished_at ?? new Date().toISOString());
  if (part.isJson) return jsonLines(queue, job, from, write, notes && timeOf);
  const inFront = (offset: number) =>
    notes ? `${prefix}${new Date(timeOf(offset)).toISOString()} ` : prefix;
  const lines = new PrefixedLines(inFront, write, from);
  return { add: (bytes) => lines.add(bytes), end: () => lines.end() };
}

/** What a job's log becomes for programs: a JSON object for each line, on a line. */
function jsonLines(
  queue: Queue,
  job: JobView,
  from: number,
  write: Write,
  timeOf: ((offset: number) => number) | undefined,
): Shown {
  let now = job;
  const form: LineForm = (line, offset) => {
    const isWhole = line.at(-1) === 10;
    const time = timeOf && new Date(timeOf(offset)).toISOString();
    const object = {
      job: job.id,
      attempt: attemptAt(now, offset),
      ...(time !== undefined && { time }),
      ...textFields(isWhole ? line.subarray(0, -1) : line),
      ...(!isWhole && { newline: false }),
    };
    return new TextEncoder().encode(`${jsonText(object)}\n`);
  };
  const lines = new FormedLines(form, write, from);
  let at = from;
  const add = (bytes: Uint8Array) => {
    if (now.state !== "done" && now.state !== "dead") now = queue.get(job.id) ?? now;
    const [begin, end] = [at, at + bytes.length];
    // What an attempt printed last has no newline, and the next attempt must not continue it.
    for (const { log_end = 0 } of now.history) {
      if (log_end < at || log_end > end) continue;
      lines.add(bytes.subarray(at - begin, log_end - begin));
      lines.end();
      at = log_end;
    }
    lines.add(bytes.subarray(at - begin));
    at = end;
  };
  return { add, end: () => lines.end() };
}

/** The attempt that printed what lies at an offset, from 1; `null` if none did. */
function attemptAt({ history, state }: JobView, offset: number): number | null {
  const index = history.findIndex(({ log_end = Infinity }) => offset < log_end);
  if (index >= 0) return index + 1;
  return state === "processing" ? history.length + 1 : null;
}

/** Text as it is, and what is not UTF-8 in base64, as the result of a job. */
function textFields(bytes: Uint8Array): { text: string; text_encoding?: "base64" } {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { text: bytes.toBase64(), text_encoding: "base64" };
  }
}

/**
 * Prints a job's log from one offset to another.
 *
 * @returns `false` if there is no log.
 */
export async function printLog(
  queue: Queue,
  { id, history }: JobView,
  [from, to]: readonly [from: number, to: number],
  write: Write,
): Promise<boolean> {
  using log = new LogReader(queue, id, from);
  const end = Math.min(to, history.at(-1)?.log_end ?? 0);
  const pieces = log.read(end);
  for (;;) {
    const { done, value } = await pieces.next();
    if (done) {
      if (value) sayCutShort(id)(log.at, end);
      return log.isFound;
    }
    write(value.subarray(0, Math.max(0, to - (log.at - value.length))));
    if (log.at >= to) return true;
  }
}

/** Says that not all that a job printed can be read. */
export function sayCutShort(id: string): (read: number, recorded: number) => void {
  return (read, recorded) =>
    note(
      `only ${read} of the ${recorded} bytes of the log of job ${id} can be read on this machine yet ` +
        `(try again: queuectl logs ${id})`,
    );
}

/** Prints what a job prints from an offset on, until it ends. */
export async function printOn(queue: Queue, id: string, from: number, write: Write): Promise<void> {
  for await (const piece of followLog(queue, id, { from, cutShort: sayCutShort(id) })) write(piece);
}

/** Prints what a job prints in one attempt, from an offset on, until that attempt ends. */
export async function followAttempt(
  queue: Queue,
  id: string,
  attempt: number,
  from: number,
  write: Write,
): Promise<void> {
  const stop = new AbortController();
  const [signal, cutShort] = [stop.signal, sayCutShort(id)];
  const bounds = () => boundsOf(queue.get(id)?.history ?? [], attempt);
  let at = from;
  const timer = setInterval(() => at >= bounds()[1] && stop.abort(), LOOK_EVERY);
  try {
    for await (const piece of followLog(queue, id, { signal, from, cutShort })) {
      // Asked after the piece was read: if the attempt has not ended, the whole piece is its own.
      const to = bounds()[1];
      write(piece.subarray(0, Math.max(0, Math.min(piece.length, to - at))));
      at += piece.length;
      if (at >= to) return;
    }
  } finally {
    clearInterval(timer);
  }
}

/** The offsets in the log at which an attempt begins and ends; one that runs ends at infinity. */
function boundsOf(history: readonly Attempt[], attempt: number): [from: number, to: number] {
  const own = history[attempt - 1];
  const from = own?.log_offset ?? history[attempt - 2]?.log_end ?? 0;
  const to = own ? own.log_end ?? history[attempt]?.log_offset ?? Infinity : Infinity;
  return [from, to];
}
