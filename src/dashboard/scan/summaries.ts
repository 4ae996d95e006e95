/**
 * Schedules and statistics, as the API answers them.
 *
 * @module
 */

import {
  listSchedules,
  type Queue,
  scheduleWords,
  type StatsReader,
  withoutSecrets,
} from "../../../mod.ts";
import type { SchedulesAnswer, StatsAnswer } from "../api.ts";
import { jobRow } from "./job_row.ts";
import { deathCheck } from "./worker_news.ts";

/** All schedules; files that are none are left out, as the doctor reports them. */
export async function schedulesAnswer(queue: Queue): Promise<SchedulesAnswer> {
  const { secret_names } = queue.config();
  const isDead = deathCheck(queue);
  return (await listSchedules(queue)).map((schedule) => {
    const last = schedule.last && queue.get(schedule.last.id);
    return {
      ...schedule,
      job: withoutSecrets(schedule.job, secret_names),
      words: scheduleWords(schedule.when),
      ...(last && { last_job: jobRow(last, isDead) }),
    };
  });
}

/** The statistics of a span, with the lines of the charts. */
export async function statsAnswer(
  reader: StatsReader,
  span: number,
  parts: number,
): Promise<StatsAnswer> {
  const { at, done, failed, wait, run, ...stats } = await reader.stats(span, parts);
  return {
    ...stats,
    series: {
      at: at.map((time) => time / 1000),
      done,
      failed,
      wait_p50_ms: wait.p50,
      wait_p95_ms: wait.p95,
      run_p50_ms: run.p50,
      run_p95_ms: run.p95,
    },
  };
}
