/**
 * `queuectl wait`: until jobs have ended.
 *
 * @module
 */

import type { JobView } from "../../../format/job.ts";
import { SELECTABLE_STATES } from "../../../format/names.ts";
import { waitForEnd } from "../../../inspect/follow.ts";
import type { Selection } from "../../../inspect/selection.ts";
import type { Queue } from "../../../queue.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { note, printJson } from "../../terminal/output.ts";
import { namedJobs, selectionOrIds } from "../control/each_of.ts";
import { howItDied } from "./await_jobs.ts";
import { sayWhyTheyWait } from "./why_they_wait.ts";

/** How many jobs are looked at for why they wait. */
const MOST_EXPLAINED = 100;

/** Waits until each job is done or dead; exits with 0 only if all are done, else says which. */
export async function wait(call: Invocation): Promise<number> {
  const selection = selectionOrIds(call, { fitting: SELECTABLE_STATES, usual: undefined });
  const queue = await openQueue(call);
  const { ids, status: notNamed } = selection
    ? { ids: await selectedIds(queue, selection), status: 0 }
    : await namedJobs(queue, call.words);
  let status = notNamed;
  const quiet = sayWhyTheyWait(queue, [...ids].slice(0, MOST_EXPLAINED));
  const end = async (id: string) => {
    const job = await waitForEnd(queue, id);
    if (job?.state === "done") return job;
    status = 1;
    note(`job ${id} ${job ? howItDied(job) : "was removed before it ended"}`);
    return job;
  };
  const jobs: (JobView | undefined)[] = [];
  try {
    // A selection may mean thousands: one after another needs one watch.
    if (selection) { for (const id of ids) jobs.push(await end(id)); }
    else jobs.push(...await Promise.all([...ids].map(end)));
  } finally {
    quiet();
  }
  if (call.json) printJson(jobs.filter((job) => job !== undefined));
  return status;
}

async function selectedIds(queue: Queue, selection: Selection): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const { id } of queue.select(selection)) ids.add(id);
  return ids;
}
