/**
 * Statistics of a span of time, from the history.
 *
 * @module
 */

import { readHistory } from "../contents/history.ts";
import type { Outcome } from "../format/job.ts";
import type { Store } from "../store/store.ts";

/** The shortest span to compute a rate over, in milliseconds: a shorter one says nothing. */
const LEAST_ACTIVE = 1000;

/** How often attempts ended in each way. */
export type Outcomes = Record<Outcome, number>;

/** How long something took, in milliseconds; `null` where nothing was measured. */
export interface Percentiles {
  /** Half took at most this long. */
  p50: number | null;
  /** 90 of 100. */
  p90: number | null;
  /** 99 of 100. */
  p99: number | null;
  /** The longest. */
  max: number | null;
}

/** What {@linkcode queueStats} returns. Times are ISO 8601 in UTC. */
export interface Stats {
  /** The beginning of the span. */
  since: string;
  /** Its end. */
  until: string;
  /** How many attempts ended. */
  attempts: number;
  /** How many ended in each way. */
  outcomes: Outcomes;
  /** How many jobs ended, by state. */
  jobs: { done: number; dead: number };
  /**
   * The share of attempts that succeeded, from 0 to 1, without the cancelled ones; `null` if there
   * were none.
   */
  success_rate: number | null;
  /**
   * Attempts that ended per minute from `active_from` to `active_until`, taken as at least a
   * second.
   */
  per_minute: number;
  /** When the first attempt began, at the earliest `since`; `null` if none ended. */
  active_from: string | null;
  /** When the last attempt ended; `null` if none did. */
  active_until: string | null;
  /** From ready to running. */
  wait_ms: Percentiles;
  /** From start to end. */
  run_ms: Percentiles;
  /** Attempts that ended in each of equal parts of the span, oldest first. */
  parts: number[];
}

/**
 * Sums up the attempts that ended within the last span of time.
 *
 * @param span Its length, in milliseconds.
 * @param parts The number of its equal parts in `parts`.
 * @param passed Called with a sentence for each invalid part of the history, which is skipped.
 *
 * @example
 * ```ts
 * import { Queue, queueStats } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * console.log(queueStats(queue.store, 3_600_000).success_rate);
 * ```
 */
export function queueStats(
  store: Store,
  span: number,
  parts = 60,
  passed: (sentence: string) => void = () => {},
): Stats {
  const until = store.now();
  const since = until - span;
  const outcomes: Outcomes = { done: 0, failed: 0, timeout: 0, cancelled: 0, lost: 0 };
  const jobs = { done: 0, dead: 0 };
  const counts = new Array<number>(parts).fill(0);
  const [waits, runs] = [new Tally(), new Tally()];
  let [from, to] = [Infinity, -Infinity];
  for (const line of readHistory(store, since, passed)) {
    const finished = Date.parse(line.finished_at);
    if (finished > until) continue;
    if (Object.hasOwn(outcomes, line.outcome)) outcomes[line.outcome]++;
    from = Math.min(from, Math.max(since, finished - Math.max(0, Number(line.duration_ms) || 0)));
    to = Math.max(to, finished);
    if (line.led_to === "done" || line.led_to === "dead") jobs[line.led_to]++;
    counts[Math.min(parts - 1, Math.floor(((finished - since) / span) * parts))]!++;
    if (Number.isFinite(line.wait_ms) && line.wait_ms! >= 0) waits.add(line.wait_ms!);
    if (line.outcome !== "lost") runs.add(line.duration_ms);
  }
  const attempts = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  const judged = attempts - outcomes.cancelled;
  return {
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    attempts,
    outcomes,
    jobs,
    success_rate: judged === 0 ? null : outcomes.done / judged,
    per_minute: attempts === 0 ? 0 : attempts / (Math.max(LEAST_ACTIVE, to - from) / 60_000),
    active_from: attempts === 0 ? null : new Date(from).toISOString(),
    active_until: attempts === 0 ? null : new Date(to).toISOString(),
    wait_ms: waits.percentiles(),
    run_ms: runs.percentiles(),
    parts: counts,
  };
}

/**
 * Longer spans, in milliseconds, are rounded to four digits, so that few numbers stand for
 * millions.
 */
const EXACT = 10_000;

/** Counts spans of time; its memory does not grow with their number. */
export class Tally {
  readonly #counts = new Map<number, number>();
  #most = -Infinity;
  #total = 0;

  add(span: number): void {
    const grain = span < EXACT ? 1 : 10 ** (Math.floor(Math.log10(span)) - 3);
    const counted = Math.round(span / grain) * grain;
    this.#counts.set(counted, (this.#counts.get(counted) ?? 0) + 1);
    this.#most = Math.max(this.#most, span);
    this.#total++;
  }

  percentiles(): Percentiles {
    if (this.#total === 0) return { p50: null, p90: null, p99: null, max: null };
    const sorted = [...this.#counts].sort(([a], [b]) => a - b);
    const at = (share: number) => {
      let left = Math.ceil(share * this.#total);
      const [span] = sorted.find(([, count]) => (left -= count) <= 0)!;
      return Math.min(span, this.#most);
    };
    return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: this.#most };
  }
}
