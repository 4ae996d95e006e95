/**
 * `queuectl run`: adds a job and stays with it.
 *
 * @module
 */

import type { JobInput, JobView } from "../../../format/job.ts";
import { followLog } from "../../../inspect/follow.ts";
import { KeyTakenError } from "../../../moves/enqueue.ts";
import type { Queue } from "../../../queue.ts";
import { captureIfAsked } from "../../args/capture.ts";
import { resolveAfter } from "../../args/after_ids.ts";
import { jobOfCall } from "../../args/job_words.ts";
import { refusedIfNew } from "../../args/new_queue.ts";
import { openOrMakeQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import {
  type Interrupt,
  INTERRUPT_STATUS,
  onInterrupt,
  PIPE_STATUS,
} from "../../terminal/interrupt.ts";
import { note, writeOut } from "../../terminal/output.ts";
import { ProgressLine } from "../../terminal/progress_line.ts";
import { retryText } from "../../text/attempt_text.ts";
import { sayCutShort } from "../watch/log_output.ts";
import { exitStatusOf } from "../../text/exit_status.ts";
import { callingJobs, refuseDeadlock } from "./calling_job.ts";
import { enqueueWithStdin, takesStdin } from "./job_stdin.ts";
import { OwnWorker } from "./own_worker.ts";

/** Adds a job, shows its output live, and exits with its exit status. */
export async function run(call: Invocation): Promise<number> {
  const input = await jobOfCall(call);
  const queue = await openOrMakeQueue(call, refusedIfNew([input]));
  if (input.after) resolveAfter(queue, [input]);
  await captureIfAsked(call, queue.store, [input]);
  const callers = callingJobs(queue);
  refuseDeadlock(queue, callers, input);
  const id = await added(call, queue, input);
  const waiting = queue.get(id);

  const giveUp = new AbortController();
  let signal: Interrupt | undefined;
  const quiet = onInterrupt((which) => {
    signal ??= which;
    giveUp.abort();
  });
  const own = new OwnWorker(queue, { ...waiting, id }, callers[0]?.id, () => giveUp.abort());
  let line: ProgressLine | undefined;
  try {
    // Not before an interrupt is heard: a person reads this and presses Ctrl-C.
    if (waiting) sayWhatItWaitsFor(queue, waiting);
    await own.watch();
    if (Deno.stderr.isTerminal()) line = new ProgressLine(queue, id);
    const unwritten = await show(queue, id, giveUp.signal, line);
    line?.end();
    await own.leave();
    const job = queue.get(id);
    const hasEnded = job?.state === "done" || job?.state === "dead";
    const isReaderGone = unwritten instanceof Deno.errors.BrokenPipe;
    if (job && !hasEnded && (unwritten !== undefined || giveUp.signal.aborted)) {
      sayWhereItIs(queue, job);
    }
    if (unwritten !== undefined && !isReaderGone) throw unwritten;
    if (hasEnded || (!giveUp.signal.aborted && !isReaderGone)) return ended(id, job);
    if (isReaderGone) return PIPE_STATUS;
    return signal ? INTERRUPT_STATUS[signal] : 1;
  } finally {
    line?.end();
    await own.leave();
    quiet();
  }
}

/** Adds the job and returns its ID; if its key is taken, the ID of the job that has it. */
async function added(call: Invocation, queue: Queue, input: JobInput): Promise<string> {
  try {
    const job = takesStdin(call, input)
      ? await enqueueWithStdin(queue, input, " (for a job without: run --no-stdin)")
      : await queue.enqueue(input);
    return job.id;
  } catch (error) {
    if (!(error instanceof KeyTakenError) || call.options.has("unique-fail")) throw error;
    note(`nothing was added: ${error.message}; following that job`);
    return error.id;
  }
}

/** Prints what the job prints until it ends; returns what writing to stdout threw, if it did. */
async function show(
  queue: Queue,
  id: string,
  signal: AbortSignal,
  line: ProgressLine | undefined,
): Promise<unknown> {
  const following = followLog(queue, id, {
    signal,
    cutShort(read, recorded) {
      line?.makeRoom();
      sayCutShort(id)(read, recorded);
    },
    attemptEnded(attempt, job) {
      const text = retryText(attempt, job, Date.now());
      if (text === undefined) return;
      line?.makeRoom();
      note(text);
    },
  });
  for await (const piece of following) {
    line?.makeRoom();
    try {
      writeOut(piece);
    } catch (error) {
      return error;
    }
    line?.printed(piece);
  }
}

/** Says how a job ended where the exit status, which it returns, does not. */
function ended(id: string, job: JobView | undefined): number {
  const last = job?.history.at(-1);
  if (!job) note(`job ${id} was removed before it ended`);
  else if (job.state === "dead" && !last) {
    note(`job ${id} is dead${job.reason ? `: ${job.reason}` : ""} (see: queuectl show ${id})`);
  } else if (last?.outcome === "timeout") note(`job ${id} ran out of time`);
  else if (last?.outcome === "lost") note(`job ${id} was lost with its worker`);
  return exitStatusOf(job);
}

/** Says what keeps the job waiting for ever if nobody acts: the worker here runs no other job. */
function sayWhatItWaitsFor(queue: Queue, job: JobView): void {
  const { id } = job;
  if (job.held) note(`job ${id} is held; it waits for: queuectl release ${id}`);
  else if (job.waits_for?.some((parent) => !queue.isAttended(parent))) {
    note(
      `job ${id} waits for ${job.waits_for.join(", ")}, and no worker is alive ` +
        `(queuectl worker start)`,
    );
  }
  if (queue.paused) note("the queue is paused; the job waits for: queuectl worker resume");
}

function sayWhereItIs(queue: Queue, job: JobView): void {
  const { id, state } = job;
  if (state !== "processing" && !queue.isAttended(id, job)) {
    const where = job.no_worker === undefined ? "" : ` ${job.no_worker}`;
    note(
      `job ${id} is still queued, and no worker${where} is alive to run it ` +
        `(to run it: queuectl worker start; to drop it: queuectl cancel ${id})`,
    );
    return;
  }
  const where = state === "processing" ? "still running" : "still queued";
  note(`job ${id} is ${where} (to follow it: queuectl logs -f ${id}; or: queuectl cancel ${id})`);
}
