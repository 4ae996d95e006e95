/**
 * `queuectl run`: adds a job and stays with it.
 *
 * @module
 */

import { KeyTakenError } from "../../../moves/enqueue.ts";
import { followLog } from "../../../inspect/follow.ts";
import type { JobInput, JobView } from "../../../format/job.ts";
import type { Queue } from "../../../queue.ts";
import type { Invocation } from "../../table/command.ts";
import { exitStatusOf } from "../../text/exit_status.ts";
import {
  type Interrupt,
  INTERRUPT_STATUS,
  onInterrupt,
  PIPE_STATUS,
} from "../../terminal/interrupt.ts";
import { enqueueWithStdin, takesStdin } from "./job_stdin.ts";
import { jobOfCall } from "../../args/job_words.ts";
import { say, writeOut } from "../../terminal/output.ts";
import { OwnWorker } from "./own_worker.ts";
import type { ProgressLine } from "../../terminal/progress_line.ts";
import { retryText } from "../../text/attempt_text.ts";
import { openOrMakeQueue } from "../../args/open_queue.ts";

/** Adds a job, shows its output live, and gives its exit status. */
export async function run(call: Invocation): Promise<number> {
  const input = await jobOfCall(call);
  const queue = await openOrMakeQueue(call);
  if (input.after) (await import("../../args/after_ids.ts")).resolveAfter(queue, [input]);
  const callers = Deno.env.has("QUEUECTL_JOB_ID") ? await callersOf(queue, input) : [];
  let id: string;
  try {
    ({ id } = takesStdin(call, input)
      ? await enqueueWithStdin(queue, input, " (for a job without: run --no-stdin)")
      : await queue.enqueue(input));
  } catch (error) {
    if (!(error instanceof KeyTakenError) || call.options.has("unique-fail")) throw error;
    say(`queuectl: nothing was added: ${error.message}; this is that job`);
    id = error.id;
  }
  sayWhatItWaitsFor(queue, id);
  if (queue.paused) say("queuectl: the queue is paused; the job waits for: queuectl worker resume");

  const giveUp = new AbortController();
  let signal: Interrupt | undefined;
  const quiet = onInterrupt((which) => {
    signal ??= which;
    giveUp.abort();
  });
  const own = new OwnWorker(queue, id, callers[0]?.id, () => giveUp.abort());
  let unwritten: unknown;
  let line: ProgressLine | undefined;
  try {
    await own.watch();
    if (Deno.stderr.isTerminal()) {
      line = new (await import("../../terminal/progress_line.ts")).ProgressLine(queue, id);
    }
    const following = followLog(queue, id, {
      signal: giveUp.signal,
      attemptEnded(attempt, job) {
        const text = retryText(attempt, job, Date.now());
        if (text === undefined) return;
        line?.makeRoom();
        say(`queuectl: ${text}`);
      },
    });
    for await (const piece of following) {
      line?.makeRoom();
      try {
        writeOut(piece);
      } catch (error) {
        unwritten = error;
        break;
      }
      line?.printed(piece);
    }
    line?.end();
    await own.leave();
    const job = queue.get(id);
    const hasEnded = job?.state === "done" || job?.state === "dead";
    const isReaderGone = unwritten instanceof Deno.errors.BrokenPipe;
    if (unwritten !== undefined && !isReaderGone) {
      if (job && !hasEnded) sayWhereItIs(job);
      throw unwritten;
    }
    if (hasEnded || (!giveUp.signal.aborted && !isReaderGone)) return ended(id, job);
    if (job) sayWhereItIs(job);
    if (isReaderGone) return PIPE_STATUS;
    return signal ? INTERRUPT_STATUS[signal] : 1;
  } finally {
    line?.end();
    await own.leave();
    quiet();
  }
}

/** The running jobs that called this program, and wait for it. */
async function callersOf(queue: Queue, input: JobInput): Promise<JobView[]> {
  const { callingJobs, refuseDeadlock } = await import("./calling_job.ts");
  const callers = callingJobs(queue);
  refuseDeadlock(callers, input);
  return callers;
}

function ended(id: string, job: JobView | undefined): number {
  const last = job?.history.at(-1);
  if (!job) say(`queuectl: job ${id} was removed before it ended`);
  else if (job.state === "dead" && !last) {
    say(
      `queuectl: job ${id} is dead${
        job.reason ? `: ${job.reason}` : ""
      } (see: queuectl show ${id})`,
    );
  } else if (last?.outcome === "timeout") say(`queuectl: job ${id} ran out of time`);
  else if (last?.outcome === "lost") say(`queuectl: job ${id} was lost with its worker`);
  return exitStatusOf(job);
}

/** By itself it would wait for ever: only the job itself is worked here. */
function sayWhatItWaitsFor(queue: Queue, id: string): void {
  const job = queue.get(id);
  if (job?.held) say(`queuectl: job ${id} is held; it waits for: queuectl release ${id}`);
  else if (job?.waits_for?.some((parent) => !queue.isAttended(parent))) {
    say(
      `queuectl: job ${id} waits for ${job.waits_for.join(", ")}, and no worker is alive ` +
        `(queuectl worker start)`,
    );
  }
}

function sayWhereItIs({ id, state }: JobView): void {
  const where = state === "processing" ? "still running" : "still queued";
  say(
    `queuectl: job ${id} is ${where}; queuectl logs -f ${id} follows it, queuectl cancel ${id} calls it off`,
  );
}
