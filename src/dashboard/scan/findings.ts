/**
 * What the doctor finds.
 *
 * @module
 */

import { examine, type Finding, killSurvivors, type Queue, VERSION } from "../../../mod.ts";
import { diskSpace } from "./disk_space.ts";

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
