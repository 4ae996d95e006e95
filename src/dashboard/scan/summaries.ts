/**
 * Schedules and statistics, as the API answers them.
 *
 * @module
 */

import { listSchedules, type Queue, queueStats } from "../../../mod.ts";
import type { SchedulesAnswer, StatsAnswer } from "../api.ts";

/** All schedules; files that are none are left out, as the doctor reports them. */
export function schedulesAnswer(queue: Queue): Promise<SchedulesAnswer> {
  return listSchedules(queue);
}

/** The statistics of a span, with the lines of the charts. */
export function statsAnswer(queue: Queue, span: number, parts: number): StatsAnswer {
  const stats = queueStats(queue.store, span, parts);
  const begun = Date.parse(stats.since) / 1000;
  const none = () => new Array<number | null>(parts).fill(null);
  return {
    ...stats,
    series: {
      at: stats.parts.map((_, index) => begun + (index * span) / parts / 1000),
      done: stats.parts,
      failed: stats.parts.map(() => 0),
      wait_p50_ms: none(),
      wait_p95_ms: none(),
      run_p50_ms: none(),
      run_p95_ms: none(),
    },
  };
}
