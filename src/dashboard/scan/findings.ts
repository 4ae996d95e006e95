/**
 * What the doctor finds.
 *
 * @module
 */

import {
  diskSpace,
  examine,
  type Finding,
  killSurvivors,
  type Queue,
  VERSION,
} from "../../../mod.ts";

/** Checks the queue, and repairs nothing. */
export function findingsOf(queue: Queue): Promise<Finding[]> {
  return examine(queue.store, {
    repair: false,
    freeBytes: diskSpace(queue.dir)?.free,
    host: Deno.hostname(),
    pid: Deno.pid,
    version: VERSION,
    killSurvivors,
  });
}
