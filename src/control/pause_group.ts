/**
 * Pausing a group: a setting, which every worker obeys as soon as it reads the settings again.
 *
 * @module
 */

import { JOB_FIELDS } from "../format/job_fields.ts";
import { type Config, pausedKey } from "../format/settings.ts";
import type { Queue } from "../queue.ts";
import { UsageError } from "../text/errors.ts";

/**
 * Tells all workers to claim no job of a group, or to claim them again. Running jobs go on.
 *
 * @returns Whether the group was paused before.
 * @throws {UsageError} If this cannot be a group's name.
 *
 * @example
 * ```ts
 * import { pauseGroup, Queue } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * await pauseGroup(queue, "night", true);
 * await pauseGroup(queue, "night", false);
 * ```
 */
export async function pauseGroup(queue: Queue, group: string, paused: boolean): Promise<boolean> {
  const fault = JOB_FIELDS.get("group")!.check(group);
  if (fault !== undefined) {
    throw new UsageError(`a group's name ${fault}, not ${JSON.stringify(group)}`);
  }
  const key = pausedKey(group);
  const was = queue.config()[key] === true;
  const change: Partial<Config> = {};
  change[key] = true;
  if (paused) await queue.configure(change);
  else if (was) await queue.resetConfig([key]);
  return was;
}
