/**
 * Schedules and statistics, as the API answers them.
 *
 * @module
 */

import { listSchedules, type Queue, queueStats, scheduleWords } from "../../../mod.ts";
import type { SchedulesAnswer, StatsAnswer } from "../api.ts";
import { jobRow } from "./job_row.ts";

/** All schedules; files that are none are left out, as the doctor reports them. */
export async function schedulesAnswer(queue: Queue): Promise<SchedulesAnswer> {
  return (await listSchedules(queue)).map((schedule) => {
    const last = schedule.last && queue.get(schedule.last.id);
    return {
      ...schedule,
      words: scheduleWords(schedule.when),
      ...(last && { last_job: jobRow(last) }),
    };
  });
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
