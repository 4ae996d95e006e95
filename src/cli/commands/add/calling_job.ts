/**
 * The job that called this program, if one did: it waits for what this program waits for.
 *
 * @module
 */

import { QueueError } from "../../../text/errors.ts";
import type { JobInput, JobView } from "../../../format/job.ts";
import { needsOf } from "../../../constraints/needs.ts";
import type { Queue } from "../../../queue.ts";

/**
 * The jobs of this queue that run and called this program: the nearest first, then the one that called that, and
 * so on. What an ended job left behind was called by none.
 */
export function callingJobs(queue: Queue): JobView[] {
  const callers: JobView[] = [];
  let id = Deno.env.get("QUEUECTL_DIR") === queue.dir ? Deno.env.get("QUEUECTL_JOB_ID") : undefined;
  let worker = Deno.env.get("QUEUECTL_WORKER");
  while (id && !callers.some((caller) => caller.id === id)) {
    const live = queue.workers().find(({ name }) => name === worker);
    if (!live || !queue.jobsOf(live.name).includes(id)) break;
    const job = queue.get(id);
    if (!job) break;
    callers.push(job);
    id = live.part_of;
    worker = queue.workers().find(({ name }) => id && queue.jobsOf(name).includes(id))?.name;
  }
  return callers;
}

/**
 * Refuses a job that could never run while its callers wait for it.
 *
 * @throws {QueueError} If it waits for one of them, or needs a resource while one of them has one: to hold one and
 * wait for another is how jobs wait for each other for ever.
 */
export function refuseDeadlock(callers: readonly JobView[], input: JobInput): void {
  const [needed] = needsOf(input);
  for (const caller of callers) {
    const { id } = caller;
    const [kept] = needsOf(caller);
    if (input.after?.includes(id)) {
      throw new QueueError(
        `the job would wait for ${id}, which called run and waits for it; add it with: queuectl enqueue`,
      );
    }
    if (needed !== undefined && kept !== undefined) {
      throw new QueueError(
        `the job would wait for ${needed.resource} while ${id}, which called run, keeps ${kept.resource} until ` +
          `it has ended; give ${id} all that both need, and leave out --resource here`,
      );
    }
  }
}
