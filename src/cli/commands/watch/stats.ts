/**
 * `queuectl stats`: throughput, success rate and times.
 *
 * @module
 */

import { type Percentiles, queueStats, type Stats } from "../../../inspect/stats.ts";
import { UsageError } from "../../../text/errors.ts";
import { openQueue } from "../../args/open_queue.ts";
import { selectionOf } from "../../args/selection.ts";
import type { Invocation } from "../../table/command.ts";
import { parseDuration } from "../../args/duration_option.ts";
import { note, printJson, printLines } from "../../terminal/output.ts";
import { formatDuration } from "../../terminal/format_duration.ts";
import { formatClock, formatDay, formatMoment } from "../../terminal/relative_time.ts";
import { alignedLines } from "../../terminal/table.ts";
import { readsStdout, terminalSize } from "../../terminal/terminal.ts";
import { chartLines } from "../../text/chart.ts";

/** The height of the chart, in lines. */
const CHART_HEIGHT = 4;

/**
 * Sums up the attempts that ended in the last hour or `--since`, of all jobs or those that options
 * choose; with a chart on a terminal.
 */
export async function stats(call: Invocation): Promise<void> {
  const text = call.options.text("since") ?? "1h";
  const span = parseDuration(text, "--since") * 1000;
  if (span === 0) throw new UsageError("--since must be above 0");
  const columns = readsStdout() ? Math.max(10, Math.min(60, terminalSize().columns - 2)) : 60;
  const selection = selectionOf(call);
  const queue = await openQueue(call);
  const ids = selection && await idsOf(queue.select(selection));
  const summed = queueStats(queue.store, span, columns, note, (id) => ids?.has(id) ?? true);
  if (call.json) return printJson(summed);
  printLines(statsLines(summed, Date.now()));
  if (readsStdout() && summed.attempts > 0) {
    printLines([
      "",
      ...chartLines(summed.parts, CHART_HEIGHT),
      `${text} ago`.padEnd(columns - 3) + "now",
      `a column is ${formatDuration(span / columns)}, the highest ${Math.max(...summed.parts)}`,
    ]);
  }
}

async function idsOf(jobs: AsyncIterable<{ id: string }>): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const { id } of jobs) ids.add(id);
  return ids;
}

function statsLines(summed: Stats, now: number): string[] {
  const { attempts, outcomes, jobs, success_rate, wait_ms, run_ms } = summed;
  const line = (name: string, value: string) => `${name.padEnd(12)}${value}`;
  const parts = Object.entries(outcomes).filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcome}`);
  return [
    line("since", formatMoment(Date.parse(summed.since), now)),
    line("attempts", attempts === 0 ? "none ended" : `${attempts}: ${parts.join(", ")}`),
    line("jobs ended", `${jobs.done} done, ${jobs.dead} dead`),
    line("success", success_rate === null ? "-" : `${(success_rate * 100).toFixed(1)}%`),
    line("throughput", throughputText(summed)),
    "",
    ...alignedLines({
      head: ["", "P50", "P90", "P99", "MAX"],
      rows: [percentileRow("waited", wait_ms), percentileRow("ran", run_ms)],
    }, { width: Infinity }),
  ];
}

/** The rate, and the span in which jobs ended: that may be a minute of the hour asked about. */
function throughputText({ per_minute, active_from, active_until }: Stats): string {
  if (active_from === null || active_until === null) return "-";
  const [from, until] = [Date.parse(active_from), Date.parse(active_until)];
  const days = formatDay(from) === formatDay(until) ? "" : `${formatDay(from)} `;
  return `${per_minute.toFixed(per_minute < 10 ? 2 : 0)} attempts a minute, ` +
    `from ${days}${formatClock(from)} to ${formatClock(until)} (${formatDuration(until - from)})`;
}

function percentileRow(name: string, { p50, p90, p99, max }: Percentiles): string[] {
  const span = (milliseconds: number | null) =>
    milliseconds === null ? "-" : formatDuration(milliseconds);
  return [name.padEnd(10), span(p50), span(p90), span(p99), span(max)];
}
