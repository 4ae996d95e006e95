/**
 * Statistics of the last spans of time, again and again: each line of the history is read once, and
 * remembered in a few bytes.
 *
 * @module
 */

import { historyFiles, offsetSince } from "../contents/history.ts";
import { attemptsOnward } from "../contents/history_totals.ts";
import type { OpenQueue, Store } from "../store/store.ts";
import { AttemptColumns } from "./attempt_columns.ts";
import { Slices } from "./name_scan.ts";
import { type CountedAttempt, type Stats, StatsSum, Tally } from "./stats.ts";

/** {@linkcode Stats} with the lines of charts: a value for each of equal parts, oldest first. */
export interface StatsSeries extends Stats {
  /** When each part begins, in milliseconds since 1970. */
  at: number[];
  /** Attempts that succeeded. */
  done: number[];
  /** Attempts that did not. */
  failed: number[];
  /** Waiting times, in milliseconds; `null` where nothing was measured. */
  wait: Quantiles;
  /** Running times. */
  run: Quantiles;
}

/** Two quantiles of each part. */
export interface Quantiles {
  /** Half took at most this long. */
  p50: (number | null)[];
  /** 95 of 100. */
  p95: (number | null)[];
}

/** What more attempts than this take is read again each time, so that memory stays bounded. */
const MOST_REMEMBERED = 500_000;

/** How many attempts are summed up between two looks at the clock. */
const STEP = 1024;

/** What is remembered of a file. */
interface KnownFile {
  readonly attempts: AttemptColumns;
  /** Since when all attempts are there, in milliseconds since 1970. */
  readonly from: number;
  /** Where the next line begins, in bytes. */
  next: number;
}

/** Makes statistics of a queue's last spans of time. */
export class StatsReader {
  readonly #store: Store;
  readonly #files = new Map<string, KnownFile>();
  #reading: Promise<unknown> = Promise.resolve();

  /** Reads nothing yet. */
  constructor(queue: OpenQueue) {
    this.#store = queue.store;
  }

  /**
   * The statistics of the last span of time.
   *
   * @param span Its length, in milliseconds.
   * @param parts The number of its equal parts.
   *
   * @example
   * ```ts
   * import { Queue, StatsReader } from "../../mod.ts";
   *
   * const reader = new StatsReader(await Queue.open("/tmp/example-queue"));
   * console.log((await reader.stats(3_600_000, 60)).done);
   * ```
   */
  stats(span: number, parts: number): Promise<StatsSeries> {
    const stats = this.#reading.then(() => this.#make(span, parts));
    this.#reading = stats.catch(() => {});
    return stats;
  }

  async #make(span: number, parts: number): Promise<StatsSeries> {
    const until = this.#store.now();
    const since = until - span;
    const slices = new Slices();
    const sum = new StatsSum(since, until, parts);
    const inParts = Array.from({ length: parts }, () => new PartSum());
    const files = historyFiles(this.#store);
    const there = new Set(files.map(({ name }) => name));
    for (const name of this.#files.keys()) if (!there.has(name)) this.#files.delete(name);
    for (const { name } of files.filter(({ until: end }) => end > since)) {
      const { attempts } = await this.#known(name, since, slices);
      for (let at = 0; at < attempts.length; at++) {
        if (at % STEP === 0 && slices.isOver) await slices.turn();
        const attempt = attempts.at(at);
        if (sum.add(attempt)) inParts[sum.partOf(attempt.finished)]!.add(attempt);
      }
    }
    this.#forget();
    const quantiles = (what: "wait" | "run"): Quantiles => ({
      p50: inParts.map((part) => part[what].percentile(0.5)),
      p95: inParts.map((part) => part[what].percentile(0.95)),
    });
    return {
      ...sum.stats(),
      at: inParts.map((_, part) => since + (part * span) / parts),
      done: inParts.map(({ done }) => done),
      failed: inParts.map(({ failed }) => failed),
      wait: quantiles("wait"),
      run: quantiles("run"),
    };
  }

  /** The attempts of a file since a time, all that are there by now. */
  async #known(name: string, since: number, slices: Slices): Promise<KnownFile> {
    let known = this.#files.get(name);
    try {
      if (!known || known.from > since) {
        const next = offsetSince(this.#store, name, since);
        known = { attempts: new AttemptColumns(), from: since, next };
        this.#files.set(name, known);
      }
      for (const { attempts, next } of attemptsOnward(this.#store, name, known.next)) {
        for (const attempt of attempts) known.attempts.add(attempt);
        known.next = next;
        if (slices.isOver) await slices.turn();
      }
    } catch (error) {
      // Pruned meanwhile, or no regular file.
      if (!(error instanceof Error)) throw error;
    }
    return known ?? { attempts: new AttemptColumns(), from: since, next: 0 };
  }

  #forget(): void {
    let total = 0;
    for (const [name, { attempts }] of [...this.#files].reverse()) {
      if ((total += attempts.length) > MOST_REMEMBERED) this.#files.delete(name);
    }
  }
}

/** The attempts of one part of the span. */
class PartSum {
  readonly wait = new Tally();
  readonly run = new Tally();
  done = 0;
  failed = 0;

  add({ outcome, wait_ms, duration_ms }: CountedAttempt): void {
    if (outcome === "done") this.done++;
    else this.failed++;
    if (wait_ms !== null) this.wait.add(wait_ms);
    if (outcome !== "lost") this.run.add(duration_ms);
  }
}
