/**
 * The screen of `status --watch` without a terminal or a queue: states to press keys in.
 *
 * @module
 */

import type { JobView } from "../../../src/format/job.ts";
import type { Facts, Row, Rows } from "../../../src/cli/watch/messages.ts";
import { firstState, hear, press, type State, type Step } from "../../../src/cli/watch/state.ts";

/** When it is. */
export const NOW = Date.UTC(2026, 10, 22, 12);

/** What is known of a queue. */
export function factsOf(changes: Partial<Facts> = {}): Facts {
  return {
    dir: "/srv/queue",
    paused: false,
    jobs: {
      ...{ pending: 7, delayed: 0, held: 0, waiting: 0 },
      ...{ processing: 1, done: 120, failed: 1, dead: 0 },
    },
    rates: [1.5, 0.5],
    ends: [0, 0, 1, 8],
    schedules: 0,
    workers: [{
      ...{ name: "w-1-a", host: "here", pid: 1, slots: 2, busy: 1, version: "", tags: [] },
      ...{ started_at: new Date(NOW - 3_600_000).toISOString(), running: ["build"] },
    }],
    ...changes,
  };
}

/** A job, that waits unless `changes` say otherwise. */
export function jobRow(name: string, changes: Partial<JobView> = {}, row: Partial<Row> = {}): Row {
  const job: JobView = {
    ...{ id: name, command: `make ${name}`, priority: 5, max_retries: 3, timeout: null },
    ...{ attempts: 0, run_at: "", created_at: "", history: [], state: "pending" },
    updated_at: new Date(NOW - 5000).toISOString(),
    ...changes,
  };
  return { name, job, ...row };
}

/** A running job. */
export function runningRow(name: string, changes: Partial<JobView> = {}): Row {
  const row = { worker: "w-1-a", since: NOW - 65_000 };
  return jobRow(name, { state: "processing", ...changes }, row);
}

/** The state once these rows of its table have come. */
export function withRows(state: State, rows: readonly Row[], changes: Partial<Rows> = {}): Step {
  const wanted = { tab: state.tab, filter: state.filter, limit: 200 };
  return hear(state, { rows: { wanted, rows: [...rows], hasMore: false, ...changes } });
}

/** A screen with facts and rows. */
export function screen(rows: readonly Row[], facts: Partial<Facts> = {}): State {
  const known = hear(firstState(), { facts: factsOf(facts) }).state;
  return withRows(known, rows).state;
}

/** Presses keys, one after another; gives the last step. */
export function keys(state: State, ...names: string[]): Step {
  let step: Step = { state, asks: [] };
  for (const name of names) step = press(step.state, name);
  return step;
}
