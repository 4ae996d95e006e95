/**
 * The queue's metrics, as OpenMetrics text.
 *
 * @module
 */

import type { Queue } from "../../../mod.ts";

/** How many jobs are in each state. */
export function metricsText(queue: Queue): string {
  const lines = Object.entries(queue.counts())
    .map(([state, count]) => `queuectl_jobs{state="${state}"} ${count}`);
  return [
    "# HELP queuectl_jobs Jobs in each state.",
    "# TYPE queuectl_jobs gauge",
    ...lines,
    "# EOF",
    "",
  ].join("\n");
}
