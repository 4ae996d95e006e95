/**
 * Answers of the API as the pages' tests need them: a queue with something of everything, an empty
 * one, and one whose every text is hostile.
 *
 * @module
 */

import type { JobRow, JobsPage, StatsAnswer, Status } from "../../src/dashboard/api.ts";
import { type Answers, dataFor, type PageData } from "../../src/dashboard/page/data.ts";

/** When the samples are so. */
export const NOW = Date.parse("2026-11-26T20:00:00.000Z");

/** A time so many seconds before {@linkcode NOW}. */
export function ago(seconds: number): string {
  return new Date(NOW - seconds * 1000).toISOString();
}

/** A text that would be a script if any page took it for markup. */
export const HOSTILE =
  `</script></title><img src=x onerror="alert(1)">'"&<!--\u001b[31m\u202egpj\u0000`;

/** A status of an idle queue, with some fields as given. */
export function sampleStatus(fields: Partial<Status> = {}): Status {
  return {
    dir: "/srv/example/.queuectl",
    version: "0.2.0",
    now: ago(0),
    read_only: false,
    paused: false,
    jobs: {
      pending: 0,
      delayed: 0,
      held: 0,
      waiting: 0,
      processing: 0,
      done: 0,
      failed: 0,
      dead: 0,
    },
    counted_at: ago(0),
    rates: { minute: 0, five_minutes: 0 },
    workers: [],
    running: [],
    disk: { free: 40e9, total: 100e9 },
    findings: [],
    ...fields,
  };
}

/** A row of a job, with some fields as given. */
export function sampleRow(id: string, fields: Partial<JobRow> = {}): JobRow {
  return {
    id,
    command: "make release",
    state: "done",
    priority: 5,
    attempts: 1,
    max_retries: 3,
    created_at: ago(90),
    run_at: ago(90),
    updated_at: ago(60),
    outcome: "done",
    exit_code: 0,
    duration_ms: 1234,
    ...fields,
  };
}

/** Statistics with these numbers of done and failed attempts in each part. */
export function sampleStats(
  done: number[] = [],
  failed: number[] = done.map(() => 0),
): StatsAnswer {
  const percentiles = { p50: null, p90: null, p99: null, max: null };
  const sum = (counts: number[]) => counts.reduce((a, b) => a + b, 0);
  const span = 3600;
  return {
    since: ago(span),
    until: ago(0),
    attempts: sum(done) + sum(failed),
    outcomes: { done: sum(done), failed: sum(failed), timeout: 0, cancelled: 0, lost: 0 },
    jobs: { done: sum(done), dead: 0 },
    success_rate: sum(done) > 0 ? sum(done) / (sum(done) + sum(failed)) : null,
    per_minute: (sum(done) + sum(failed)) / 60,
    active_from: done.length > 0 ? ago(span) : null,
    active_until: done.length > 0 ? ago(0) : null,
    wait_ms: percentiles,
    run_ms: percentiles,
    parts: done.map((count, index) => count + failed[index]!),
    series: {
      at: done.map((_, index) => NOW / 1000 - span + index * span / done.length),
      done,
      failed,
      wait_p50_ms: done.map((count) => count > 0 ? 20 + count : null),
      wait_p95_ms: done.map((count) => count > 0 ? 80 + 9 * count : null),
      run_p50_ms: done.map((count) => count > 0 ? 900 + 7 * count : null),
      run_p95_ms: done.map((count) => count > 0 ? 2500 + 90 * count : null),
    },
  };
}

/** A page of jobs. */
export function samplePage(jobs: JobRow[] = [], fields: Partial<JobsPage> = {}): JobsPage {
  return { jobs, next: null, total: jobs.length, ...fields };
}

/** Answers of an empty queue, with some as given. */
export function sampleAnswers(answers: Partial<Answers> = {}): Answers {
  return {
    status: () => Promise.resolve(sampleStatus()),
    jobs: () => Promise.resolve(samplePage()),
    job: () => Promise.resolve(undefined),
    dead: () => Promise.resolve([]),
    stats: () => Promise.resolve(sampleStats()),
    schedules: () => Promise.resolve([]),
    settings: () => Promise.resolve([]),
    ...answers,
  };
}

/** What a page gets from these answers. */
export function sampleData(url: string, answers: Partial<Answers> = {}): Promise<PageData> {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  return dataFor(pathname, searchParams, sampleAnswers(answers));
}
