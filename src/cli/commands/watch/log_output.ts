/**
 * A job's log to stdout, byte for byte.
 *
 * @module
 */

import type { Attempt, JobView } from "../../../format/job.ts";
import { followLog } from "../../../inspect/follow.ts";
import type { Queue } from "../../../queue.ts";
import { QueueError } from "../../../text/errors.ts";
import { writeOut } from "../../terminal/output.ts";

/** How often to check whether a followed attempt has ended, in milliseconds. */
const LOOK_EVERY = 200;

/** Prints a job's log from one offset to another; returns `false` if there is no log. */
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

/** A log can be moved after it was found and before it is opened. */
function openLog(queue: Queue, id: string): Deno.FsFile | undefined {
  for (let tries = 0; tries < 5; tries++) {
    const path = queue.logPath(id);
    if (path === undefined) return undefined;
    try {
      return Deno.openSync(path);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new QueueError(`the log of job ${id} keeps moving; try again`);
}

/** Prints what a job printed in one attempt, so far. */
export function printAttempt(queue: Queue, job: JobView, attempt: number): void {
  printLog(queue, job.id, ...boundsOf(job.history, attempt));
}

/** Prints what a job prints in one attempt, until that attempt ends. */
export async function followAttempt(queue: Queue, id: string, attempt: number): Promise<void> {
  const stop = new AbortController();
  const bounds = () => boundsOf(queue.get(id)?.history ?? [], attempt);
  let at = bounds()[0];
  const timer = setInterval(() => at >= bounds()[1] && stop.abort(), LOOK_EVERY);
  try {
    for await (const piece of followLog(queue, id, { signal: stop.signal, from: at })) {
      // Asked after the piece was read: if the attempt has not ended, the whole piece is its own.
      const to = bounds()[1];
      writeOut(piece.subarray(0, Math.max(0, Math.min(piece.length, to - at))));
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
