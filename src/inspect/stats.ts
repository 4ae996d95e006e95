/**
 * Statistics of a span of time, from the history.
 *
 * @module
 */

import { readHistory } from "../contents/history.ts";
import type { Outcome } from "../format/job.ts";
import type { JobState } from "../format/names.ts";
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
 * @param isMeant Whether attempts of the job of an ID count. Default: all do.
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
  isMeant: (id: string) => boolean = () => true,
): Stats {
  const until = store.now();
  const sum = new StatsSum(until - span, until, parts);
  for (const line of readHistory(store, until - span, passed)) {
    const { id, finished_at, wait_ms, duration_ms, outcome, led_to } = line;
    if (!isMeant(id)) continue;
    const wait = Number.isFinite(wait_ms) ? wait_ms : null;
    sum.add({ finished: Date.parse(finished_at), wait_ms: wait, duration_ms, outcome, led_to });
  }
  return sum.stats();
}

/** What statistics ask of an attempt that has ended. */
export interface CountedAttempt {
  /** When it ended, in milliseconds since 1970. */
  finished: number;
  wait_ms: number | null;
  duration_ms: number;
  outcome: Outcome;
  led_to?: JobState;
}

/** Sums up the attempts of a span of time. */
export class StatsSum {
  readonly #since: number;
  readonly #until: number;
  readonly #outcomes: Outcomes = { done: 0, failed: 0, timeout: 0, cancelled: 0, lost: 0 };
  readonly #jobs = { done: 0, dead: 0 };
  readonly #counts: number[];
  readonly #waits = new Tally();
  readonly #runs = new Tally();
  #from = Infinity;
  #to = -Infinity;

  /** Times are in milliseconds since 1970. */
  constructor(since: number, until: number, parts: number) {
    [this.#since, this.#until] = [since, until];
    this.#counts = new Array<number>(parts).fill(0);
  }

  /** Counts an attempt; `false` if it ended outside the span. */
  add({ finished, wait_ms, duration_ms, outcome, led_to }: CountedAttempt): boolean {
    if (finished < this.#since || finished > this.#until) return false;
    this.#outcomes[outcome]++;
    const began = finished - Math.max(0, duration_ms);
    this.#from = Math.min(this.#from, Math.max(this.#since, began));
    this.#to = Math.max(this.#to, finished);
    if (led_to === "done" || led_to === "dead") this.#jobs[led_to]++;
    this.#counts[this.partOf(finished)]!++;
    if (wait_ms !== null && wait_ms >= 0) this.#waits.add(wait_ms);
    if (outcome !== "lost") this.#runs.add(duration_ms);
    return true;
  }

  /** In which of the parts a time of the span lies. */
  partOf(time: number): number {
    const parts = this.#counts.length;
    const share = (time - this.#since) / (this.#until - this.#since);
    return Math.min(parts - 1, Math.floor(share * parts));
  }

  /** The statistics of what was counted. */
  stats(): Stats {
    const outcomes = this.#outcomes;
    const attempts = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
    const judged = attempts - outcomes.cancelled;
    const [from, to] = [this.#from, this.#to];
    return {
      since: new Date(this.#since).toISOString(),
      until: new Date(this.#until).toISOString(),
      attempts,
      outcomes,
      jobs: this.#jobs,
      success_rate: judged === 0 ? null : outcomes.done / judged,
      per_minute: attempts === 0 ? 0 : attempts / (Math.max(LEAST_ACTIVE, to - from) / 60_000),
      active_from: attempts === 0 ? null : new Date(from).toISOString(),
      active_until: attempts === 0 ? null : new Date(to).toISOString(),
      wait_ms: this.#waits.percentiles(),
      run_ms: this.#runs.percentiles(),
      parts: this.#counts,
    };
  }
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
  #sorted: [span: number, count: number][] | undefined;

  add(span: number): void {
    this.#sorted = undefined;
    const grain = span < EXACT ? 1 : 10 ** (Math.floor(Math.log10(span)) - 3);
    const counted = Math.round(span / grain) * grain;
    this.#counts.set(counted, (this.#counts.get(counted) ?? 0) + 1);
    this.#most = Math.max(this.#most, span);
    this.#total++;
  }

  percentiles(): Percentiles {
    const [p50, p90, p99] = [0.5, 0.9, 0.99].map((share) => this.percentile(share));
    return { p50: p50!, p90: p90!, p99: p99!, max: this.#total === 0 ? null : this.#most };
  }

  /** The span that a share of all is not longer than; `null` if there are none. */
  percentile(share: number): number | null {
    if (this.#total === 0) return null;
    this.#sorted ??= [...this.#counts].sort(([a], [b]) => a - b);
    let left = Math.ceil(share * this.#total);
    const [span] = this.#sorted.find(([, count]) => (left -= count) <= 0)!;
    return Math.min(span, this.#most);
  }
}
