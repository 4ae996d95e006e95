/**
 * `queuectl run`: adds a job and stays with it.
 *
 * @module
 */

import { followLog } from "../../queue/follow.ts";
import type { JobView } from "../../queue/job.ts";
import { Queue } from "../../queue/queue.ts";
import type { Invocation } from "../command.ts";
import { exitStatusOf } from "../exit_status.ts";
import { type Interrupt, INTERRUPT_STATUS, onInterrupt } from "../interrupt.ts";
import { jobOfCall } from "../job_words.ts";
import { say, writeOut } from "../output.ts";
import { OwnWorker } from "../own_worker.ts";

/** Adds a job, shows its output live, and gives its exit status. */
export async function run(call: Invocation): Promise<number> {
  const input = await jobOfCall(call);
  const queue = await Queue.open(call.dir);
  const { id } = await queue.enqueue(input);
  if (queue.paused) say("queuectl: the queue is paused; the job waits for: queuectl worker resume");

  const giveUp = new AbortController();
  let signal: Interrupt | undefined;
  const quiet = onInterrupt((which) => {
    signal ??= which;
    giveUp.abort();
  });
  const own = new OwnWorker(queue, id, () => giveUp.abort());
  try {
    await own.watch();
    for await (const piece of followLog(queue, id, { signal: giveUp.signal })) writeOut(piece);
    await own.leave();
    const job = queue.get(id);
    if (job?.state === "done" || job?.state === "dead" || !giveUp.signal.aborted) {
      return ended(id, job);
    }
    if (job) sayWhereItIs(job);
    return signal ? INTERRUPT_STATUS[signal] : 1;
  } finally {
    await own.leave();
    quiet();
  }
}

function ended(id: string, job: JobView | undefined): number {
  const last = job?.history.at(-1);
  if (!job) say(`queuectl: job ${id} was removed before it ended`);
  else if (job.state === "dead" && !last) {
    say(`queuectl: job ${id} is dead (see: queuectl show ${id})`);
  } else if (last?.outcome === "timeout") say(`queuectl: job ${id} ran out of time`);
  else if (last?.outcome === "lost") say(`queuectl: job ${id} was lost with its worker`);
  return exitStatusOf(job);
}

function sayWhereItIs({ id, state }: JobView): void {
  const where = state === "processing" ? "still running" : "still queued";
  say(`queuectl: job ${id} is ${where}; queuectl logs -f ${id} follows it`);
}
