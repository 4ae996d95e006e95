/**
 * A job's log to stdout, byte for byte.
 *
 * @module
 */

import type { Attempt, JobView } from "../../../format/job.ts";
import { followLog } from "../../../inspect/follow.ts";
import { LogReader } from "../../../inspect/log_reader.ts";
import type { Queue } from "../../../queue.ts";
import { note, writeOut } from "../../terminal/output.ts";

/** How often to check whether a followed attempt has ended, in milliseconds. */
const LOOK_EVERY = 200;

/**
 * Prints a job's log from one offset to another.
 *
 * @returns `false` if there is no log.
 */
export async function printLog(
  queue: Queue,
  { id, history }: JobView,
  from = 0,
  to = Infinity,
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
    writeOut(value.subarray(0, Math.max(0, to - (log.at - value.length))));
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

/** Prints what a job printed in one attempt, so far. */
export async function printAttempt(queue: Queue, job: JobView, attempt: number): Promise<void> {
  await printLog(queue, job, ...boundsOf(job.history, attempt));
}

/** Prints what a job prints in one attempt, until that attempt ends. */
export async function followAttempt(queue: Queue, id: string, attempt: number): Promise<void> {
  const stop = new AbortController();
  const [signal, cutShort] = [stop.signal, sayCutShort(id)];
  const bounds = () => boundsOf(queue.get(id)?.history ?? [], attempt);
  let at = bounds()[0];
  const timer = setInterval(() => at >= bounds()[1] && stop.abort(), LOOK_EVERY);
  try {
    for await (const piece of followLog(queue, id, { signal, from: at, cutShort })) {
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
