/**
 * `queuectl trust`: accepts a queue that was not made here.
 *
 * @module
 */

import { listSchedules } from "../../../schedules/manage_schedules.ts";
import { trustQueue } from "../../../store/trusted_queues.ts";
import { Queue } from "../../../queue.ts";
import { locateQueue } from "../../../store/locate_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { print, printJson, say } from "../../terminal/output.ts";

/** Accepts the queue at a path, or the nearest one; prints its directory, and says what a worker will run of it. */
export async function trust(call: Invocation): Promise<void> {
  const { dir } = locateQueue(call.words[0] ?? call.dir);
  // Named on purpose; all else that is asked of a queue is asked of this one too.
  const queue = await Queue.open({ dir, found: false }, {
    create: false,
    ofAnyUser: call.ofAnyUser,
    evenMisconfigured: true,
  });
  const { pending, failed } = queue.counts();
  const schedules = (await listSchedules(queue, () => {})).length;
  const { on_done, on_dead } = queue.store.config;
  trustQueue(dir);
  const hooks = [on_done && "on_done", on_dead && "on_dead"].filter(Boolean);
  if (call.json) printJson({ dir, pending, failed, schedules, hooks });
  else print(dir);
  const held = [
    `jobs that wait: ${pending + failed}`,
    `schedules: ${schedules}`,
    `hooks: ${hooks.join(" and ") || "none"}`,
  ];
  say(`queuectl: accepted; ${held.join(", ")}`);
}
