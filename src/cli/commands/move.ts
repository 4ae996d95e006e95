/**
 * `queuectl move`: changes the order of waiting jobs.
 *
 * @module
 */

import { UsageError } from "../../queue/errors.ts";
import { moveJob } from "../../queue/waiting_jobs.ts";
import type { Invocation } from "../command.ts";
import { parseDuration } from "../duration.ts";
import { eachJob } from "../each_job.ts";
import type { GivenOptions } from "../option.ts";
import { parseTime } from "../when.ts";

/** Gives waiting jobs another priority or time; prints their IDs. */
export async function move(call: Invocation): Promise<number> {
  const { options } = call;
  const priority = options.whole("priority", 0, 9);
  const at = readyAt(options, Date.now());
  if (priority === undefined && at === undefined) {
    throw new UsageError("move needs --priority N, --at TIME or --delay DUR");
  }
  return await eachJob(call, (queue, id) => moveJob(queue, id, { priority, at }));
}

function readyAt(options: GivenOptions, now: number): number | undefined {
  const [at, delay] = [options.text("at"), options.text("delay")];
  if (at !== undefined && delay !== undefined) {
    throw new UsageError("--at and --delay both say when; give one of them");
  }
  if (delay !== undefined) return now + Math.round(parseDuration(delay, "--delay") * 1000);
  if (at === undefined) return undefined;
  return at === "now" ? now : parseTime(at, now, "--at");
}
