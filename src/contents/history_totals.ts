/**
 * Totals of attempts that have ended: how many, how long they waited and ran. They never fall:
 * before days of the history are removed, what they held is added to `history/totals.json`.
 *
 * That file also names the files that it counts and that may still be there. So a crash between
 * writing it and removing them counts nothing twice.
 *
 * @module
 */

import { OUTCOMES } from "../format/written_fields.ts";
import type { Outcome } from "../format/job.ts";
import { linesOnward } from "../fs/lines_onward.ts";
import { tryLockQueue } from "../store/queue_lock.ts";
import { flush, ifThere, pathIn, removeIfThere, type Store } from "../store/store.ts";
import { publishFile } from "../store/temporary_files.ts";
import { historyFiles, type HistoryLine, parseLine } from "./history.ts";

/** The bounds of a histogram, in milliseconds. */
export const BOUNDS = [
  ...[10, 50, 100, 500, 1000, 5000, 10_000, 30_000],
  ...[60_000, 300_000, 1_800_000, 3_600_000, 21_600_000, 86_400_000],
] as const;

/** How long something took, over all. */
export interface SpanTotals {
  /** How many times it was measured. */
  count: number;
  /** All spans together, in milliseconds. */
  sum: number;
  /** How many took at most as long as each bound, and longer than the one before. */
  within: number[];
}

/** Totals of attempts that have ended. */
export interface HistoryTotals {
  /** How many ended in each way. */
  attempts: Record<Outcome, number>;
  /** From ready to running. */
  wait: SpanTotals;
  /** From start to end. */
  run: SpanTotals;
}

/** The totals of files that were removed, and the files among those still there that they count. */
export interface RemovedTotals {
  totals: HistoryTotals;
  counted: ReadonlySet<string>;
}

/** Totals of nothing. */
export function noTotals(): HistoryTotals {
  const span = (): SpanTotals => ({ count: 0, sum: 0, within: BOUNDS.map(() => 0) });
  return {
    attempts: { done: 0, failed: 0, timeout: 0, cancelled: 0, lost: 0 },
    wait: span(),
    run: span(),
  };
}

/** Counts an attempt. */
export function addLine(totals: HistoryTotals, line: HistoryLine): void {
  totals.attempts[line.outcome]++;
  if (typeof line.wait_ms === "number") addSpan(totals.wait, line.wait_ms);
  if (line.outcome !== "lost") addSpan(totals.run, line.duration_ms);
}

function addSpan(totals: SpanTotals, span: number): void {
  totals.count++;
  totals.sum += span;
  const at = BOUNDS.findIndex((bound) => span <= bound);
  if (at >= 0) totals.within[at]!++;
}

/** Adds totals to others. */
export function addTotals(to: HistoryTotals, from: HistoryTotals): void {
  for (const outcome of OUTCOMES) to.attempts[outcome] += from.attempts[outcome];
  for (const what of ["wait", "run"] as const) {
    to[what].count += from[what].count;
    to[what].sum += from[what].sum;
    from[what].within.forEach((count, at) => to[what].within[at]! += count);
  }
}

/**
 * Yields the attempts that a file of the history has from a place on, block by block, and where the
 * next begin.
 */
export function* attemptsOnward(
  store: Store,
  name: string,
  from: number,
): Generator<{ attempts: HistoryLine[]; next: number }> {
  for (const { lines, next } of linesOnward(pathIn(store, "history", name), from)) {
    yield { attempts: lines.map(parseLine).filter((line) => line !== undefined), next };
  }
}

/** The totals of what was removed; those of nothing if the file is missing, or is no such file. */
export function removedTotals(store: Store): RemovedTotals {
  return readTotals(store) ?? { totals: noTotals(), counted: new Set() };
}

/** Why the file of totals is none; `undefined` if it is one, or is missing. */
export function totalsFault(store: Store): string | undefined {
  if (readTotals(store) || !store.files.exists(totalsPath(store))) return undefined;
  return "history/totals.json does not hold totals, so the counters of metrics begin anew";
}

function readTotals(store: Store): RemovedTotals | undefined {
  try {
    const content = store.files.read(totalsPath(store));
    return parseTotals(JSON.parse(new TextDecoder().decode(content)));
  } catch {
    return undefined;
  }
}

function totalsPath(store: Store): string {
  return pathIn(store, "history", "totals.json");
}

/** @throws If it is none. */
function parseTotals(value: Record<string, unknown>): RemovedTotals {
  const totals = noTotals();
  const { counted, attempts } = value as { counted: string[]; attempts: Record<string, unknown> };
  for (const outcome of OUTCOMES) totals.attempts[outcome] = amount(attempts[outcome] ?? 0);
  for (const what of ["wait", "run"] as const) {
    const { count, sum_ms, within } = value[`${what}_ms`] as Record<string, unknown>;
    [totals[what].count, totals[what].sum] = [amount(count), amount(sum_ms)];
    for (const [bound, held] of Object.entries(within as object)) {
      // A bound of another version counts for the next that this one has.
      const at = BOUNDS.findIndex((own) => own >= Number(bound));
      if (at >= 0) totals[what].within[at]! += amount(held);
    }
  }
  if (!counted.every((name) => typeof name === "string")) throw new Error("no names");
  return { totals, counted: new Set(counted) };
}

function amount(value: unknown): number {
  if (!Number.isFinite(value) || (value as number) < 0) throw new Error("no number");
  return value as number;
}

function totalsBytes({ totals, counted }: RemovedTotals): Uint8Array {
  const span = ({ count, sum, within }: SpanTotals) => ({
    count,
    sum_ms: sum,
    within: Object.fromEntries(within.map((held, at) => [BOUNDS[at], held])),
  });
  const { attempts, wait, run } = totals;
  const value = { counted: [...counted], attempts, wait_ms: span(wait), run_ms: span(run) };
  return new TextEncoder().encode(JSON.stringify(value, null, 2) + "\n");
}

/**
 * Removes the files of days that ended before a time, and keeps their totals. Does nothing while
 * another program holds the queue's lock: the next pruning does it.
 *
 * @param dryRun Whether only to count them.
 * @returns How many.
 */
export async function pruneHistory(store: Store, before: number, dryRun: boolean): Promise<number> {
  const old = () => historyFiles(store).filter(({ until }) => until <= before);
  if (dryRun || old().length === 0) return old().length;
  using lock = tryLockQueue(store);
  if (!lock) return 0;
  const { totals, counted } = removedTotals(store);
  // A removed file that a power cut could bring back must stay among the counted ones.
  if (counted.size > 0) await flush(store, [pathIn(store, "history")]);
  const names = old().map(({ name }) => name);
  for (const name of names) if (!counted.has(name)) addFile(store, totals, name);
  const there = historyFiles(store).map(({ name }) => name).filter((name) => counted.has(name));
  await publishFile(
    store,
    totalsPath(store),
    totalsBytes({ totals, counted: new Set([...there, ...names]) }),
  );
  await flush(store, [pathIn(store, "history")]);
  return names.filter((name) => removeIfThere(store, pathIn(store, "history", name))).length;
}

function addFile(store: Store, totals: HistoryTotals, name: string): void {
  ifThere(() => {
    for (const { attempts } of attemptsOnward(store, name, 0)) {
      for (const attempt of attempts) addLine(totals, attempt);
    }
  });
}
