/**
 * Parts of a job's log to stdout.
 *
 * @module
 */

import { QueueError } from "../../../text/errors.ts";
import { followLog } from "../../../inspect/follow.ts";
import type { Attempt, JobView } from "../../../format/job.ts";
import type { Queue } from "../../../queue.ts";
import { writeOut } from "../../terminal/output.ts";
import { ifThere } from "../../../store/store.ts";

/** How often to see whether a followed attempt has ended, in milliseconds. */
const LOOK_EVERY = 200;

/**
 * Prints a job's log from one place to another.
 *
 * @returns `false` if there is no log.
 */
export function printLog(queue: Queue, id: string, from = 0, to = Infinity): boolean {
  using log = openLog(queue, id);
  if (!log) return false;
  log.seekSync(from, Deno.SeekMode.Start);
  const buffer = new Uint8Array(256 * 1024);
  for (let left = to - from; left > 0;) {
    const read = log.readSync(left < buffer.length ? buffer.subarray(0, left) : buffer);
    if (!read) break;
    writeOut(buffer.subarray(0, read));
    left -= read;
  }
  return true;
}

/** A log can move between the look and the opening. */
function openLog(queue: Queue, id: string): Deno.FsFile | undefined {
  for (let tries = 0; tries < 5; tries++) {
    const path = queue.logPath(id);
    if (path === undefined) return undefined;
    const log = ifThere(() => Deno.openSync(path));
    if (log) return log;
  }
  throw new QueueError(`the log of job ${id} keeps moving; try again`);
}

/** Prints what a job printed in one attempt, so far. */
export function printAttempt(queue: Queue, job: JobView, attempt: number): void {
  const [from, to] = boundsOf(job.history, attempt);
  printLog(queue, job.id, from, to);
}

/** Prints what a job prints in one attempt, until that attempt ends. */
export async function followAttempt(queue: Queue, id: string, attempt: number): Promise<void> {
  const stop = new AbortController();
  const historyOf = () => queue.get(id)?.history ?? [];
  let at = boundsOf(historyOf(), attempt)[0];
  const hasAll = () => at >= boundsOf(historyOf(), attempt)[1];
  const timer = setInterval(() => {
    if (hasAll()) stop.abort();
  }, LOOK_EVERY);
  try {
    for await (const piece of followLog(queue, id, { signal: stop.signal, from: at })) {
      // Looked up after the piece was read: where the attempt had not ended, the whole piece is its own.
      const to = boundsOf(historyOf(), attempt)[1];
      writeOut(piece.subarray(0, Math.max(0, Math.min(piece.length, to - at))));
      at += piece.length;
      if (at >= to) return;
    }
  } finally {
    clearInterval(timer);
  }
}

/** Where in the log an attempt begins and ends, in bytes; the end of one that runs is open. */
function boundsOf(history: readonly Attempt[], attempt: number): [from: number, to: number] {
  const own = history[attempt - 1];
  const from = own?.log_offset ?? history[attempt - 2]?.log_end ?? 0;
  const to = own ? own.log_end ?? history[attempt]?.log_offset ?? Infinity : Infinity;
  return [from, to];
}
