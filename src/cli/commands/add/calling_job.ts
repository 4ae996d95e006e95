/**
 * The jobs whose commands called this program: each waits until this program exits.
 *
 * @module
 */

import { limitedGroup } from "../../../constraints/limits.ts";
import { needsToRun } from "../../../constraints/needs.ts";
import type { JobInput, JobView } from "../../../format/job.ts";
import type { Queue } from "../../../queue.ts";
import { QueueError } from "../../../text/errors.ts";

/**
 * The running jobs of this queue that called this program: the nearest first, then the job that
 * called that one, and so on. A process that an ended job left behind has no caller.
 */
export function callingJobs(queue: Queue): JobView[] {
  const callers: JobView[] = [];
  let id = Deno.env.get("QUEUECTL_DIR") === queue.dir ? Deno.env.get("QUEUECTL_JOB_ID") : undefined;
  let worker = Deno.env.get("QUEUECTL_WORKER");
  while (id && !callers.some((caller) => caller.id === id)) {
    const live = queue.workers().find(({ name }) => name === worker);
    const job = live && queue.jobsOf(live.name).includes(id) ? queue.get(id) : undefined;
    if (!live || !job) break;
    callers.push(job);
    id = live.part_of;
    worker = queue.workers().find(({ name }) => id && queue.jobsOf(name).includes(id))?.name;
  }
  return callers;
}

/**
 * Refuses a job that could never run while its callers wait for it.
 *
 * @throws {QueueError} If the job waits for a caller, or both need resources: jobs that hold one
 * resource and wait for another can wait for each other for ever.
 */
export function refuseDeadlock(
  { store }: Queue,
  callers: readonly JobView[],
  input: JobInput,
): void {
  const [needed] = needsToRun(store, input);
  for (const caller of callers) {
    const { id } = caller;
    const [kept] = needsToRun(store, caller);
    if (input.after?.includes(id)) {
      throw new QueueError(
        `the job would wait for ${id}, which called run and waits for it; use queuectl enqueue`,
      );
    }
    const groups = [needed, kept].map((need) => need && limitedGroup(need.resource));
    if (needed && kept && groups.some((group) => group !== undefined)) {
      const [own, callers] = [needed, kept].map(({ resource }, index) =>
        groups[index] === undefined ? resource : `a place in the group ${groups[index]}`
      );
      throw new QueueError(
        `the job would wait for ${own} while ${id}, which called run, keeps ${callers} until it ` +
          "ends; use queuectl enqueue",
      );
    }
    if (needed && kept) {
      throw new QueueError(
        `the job would wait for ${needed.resource} while ${id}, which called run, keeps ` +
          `${kept.resource} until it ends; give ${id} all that both need, and leave out --resource here`,
      );
    }
  }
}
