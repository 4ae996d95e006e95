/**
 * `queuectl trust`: accepts a queue from elsewhere.
 *
 * @module
 */

import { Queue } from "../../../queue.ts";
import { listSchedules } from "../../../schedules/manage_schedules.ts";
import { locateQueue } from "../../../store/locate_queue.ts";
import { trustQueue } from "../../../store/trusted_queues.ts";
import type { Invocation } from "../../table/command.ts";
import { note, printAnswer } from "../../terminal/output.ts";

/** Accepts the queue at a path, or the nearest; prints its directory and what would run. */
export async function trust(call: Invocation): Promise<void> {
  const { dir } = locateQueue(call.words[0] ?? call.dir);
  // `found: false`, because naming the queue stands for trust; every other check applies.
  const queue = await Queue.open({ dir, found: false }, {
    create: false,
    ofAnyUser: call.ofAnyUser,
    evenMisconfigured: true,
  });
  const { pending, failed } = queue.counts();
  const schedules = (await listSchedules(queue, () => {})).length;
  const { config } = queue.store;
  trustQueue(dir);
  const hooks = (["on_done", "on_dead", "on_failure"] as const).filter((name) => config[name]);
  printAnswer(call.json, { dir, pending, failed, schedules, hooks }, dir);
  note(
    `accepted; waiting jobs: ${pending + failed}, schedules: ${schedules}, ` +
      `hooks: ${hooks.join(", ") || "none"}`,
  );
}
