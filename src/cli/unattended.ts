/**
 * Telling who waits that nobody works.
 *
 * @module
 */

import type { Queue } from "../queue/queue.ts";
import { say } from "./output.ts";

/** Says so, if a person watches, jobs are still to run, and no worker is alive to run them. */
export function sayIfUnattended(queue: Queue, ids: Iterable<string>): void {
  if (!Deno.stderr.isTerminal() || queue.isAttended()) return;
  for (const id of ids) {
    const state = queue.get(id)?.state;
    if (state === undefined || state === "done" || state === "dead") continue;
    if (queue.isAttended(id)) continue;
    say("queuectl: no worker is alive to run what is waited for (see: queuectl worker start)");
    return;
  }
}
