/**
 * What `status --watch` shows: from a view of the queue to the lines of a screen.
 *
 * @module
 */

import type { Counts } from "../../contents/listing.ts";
import type { QueueView } from "../../inspect/watched_queue.ts";
import { visibleText } from "../../text/shown_text.ts";
import { noPaint, type Paint } from "../terminal/colours.ts";
import { formatDuration } from "../terminal/format_duration.ts";
import { progressBar } from "../terminal/progress_bar.ts";
import { formatAge, formatClock } from "../terminal/relative_time.ts";
import { alignedLines, type Table } from "../terminal/table.ts";
import { cutToWidth, textWidth } from "../terminal/text_width.ts";
import { outcomeText } from "./attempt_text.ts";
import { chartLines } from "./chart.ts";

/** How the lines look. */
export interface ScreenStyle {
  /** The size of the terminal. */
  columns: number;
  rows: number;
  /** The colours, if any. */
  paint?: { state: Paint; title: Paint; quiet: Paint };
}

/** On a smaller terminal nothing can be read. */
const LEAST_COLUMNS = 20, LEAST_ROWS = 4;

/** The least lines of a section that is cut: an empty one, head, row, and count of the rest. */
const LEAST_SECTION = 4;

/** The foot says the age of a count that is older than this, in milliseconds. */
const OLD_COUNT = 5000;

/** The lines of the screen: at most `rows`, none wider than `columns`. */
export function screenLines(view: QueueView, now: number, style: ScreenStyle): string[] {
  const { columns, rows } = style;
  const { state, title, quiet } = style.paint ?? { state: noPaint, title: noPaint, quiet: noPaint };
  const cut = (line: string) => cutToWidth(line, columns);
  if (columns < LEAST_COLUMNS || rows < LEAST_ROWS) return [cut("too small")].slice(0, rows);

  const lines = [
    title(cut(headLine(view, now, columns))),
    ...countLines(view.counts, columns, state),
    cut(rateLine(view, columns)),
  ];
  // An empty line, then the head and rows of a table, or one line that says there are none.
  const sections = [runningTable(view, now), failureTable(view, now), workerTable(view, now)]
    .map(([name, table]) =>
      [
        "",
        ...(table.rows.length === 0 ? [`${name} none`] : alignedLines(table, { width: columns })),
      ]
        .map(cut)
    );
  const shares = shareRows(
    sections.map((part) => part.length),
    Math.max(0, rows - lines.length - 1),
  );
  sections.forEach((part, index) => {
    const shown = cutRows(part, shares[index]!);
    lines.push(...shown.map((line, row) => row === 1 ? title(line) : line));
  });
  const body = lines.slice(0, rows - 1);
  while (body.length < rows - 1) body.push("");
  return [...body, quiet(cut(footLine(view)))];
}

function headLine(view: QueueView, now: number, columns: number): string {
  const left = `queuectl ${visibleText(view.dir)}${view.paused ? "  PAUSED" : ""}`;
  const clock = formatClock(now);
  const gap = columns - textWidth(left) - clock.length;
  return gap < 2 ? left : left + " ".repeat(gap) + clock;
}

/** The states with their counts, on as few lines as hold them. */
function countLines(counts: Counts, columns: number, paint: Paint): string[] {
  const lines: string[] = [];
  let [line, width] = ["", 0];
  for (const [state, count] of Object.entries(counts)) {
    const length = `${state} ${count}`.length;
    if (width > 0 && width + 3 + length > columns) {
      lines.push(line);
      [line, width] = ["", 0];
    }
    line += `${width > 0 ? "   " : ""}${paint(state)} ${count}`;
    width += (width > 0 ? 3 : 0) + length;
  }
  return [...lines, line];
}

/** How many jobs ended a second, and a chart of them with a dot where none did. */
function rateLine({ rates, ends }: QueueView, columns: number): string {
  const text = `ended ${rateText(rates[0])}/s in 1 min, ${rateText(rates[1])}/s in 5 min  `;
  const room = Math.max(0, columns - text.length);
  return text + chartLines(ends.slice(-room), 1)[0]!.replaceAll(" ", "·");
}

function rateText(rate: number): string {
  return rate.toFixed(rate >= 100 ? 0 : rate >= 10 ? 1 : 2);
}

function runningTable({ running }: QueueView, now: number): [name: string, table: Table] {
  return ["RUNNING", {
    head: ["RUNNING", "FOR", "PROGRESS", "COMMAND"],
    rows: running.map(({ id, since, progress, command }) => [
      shortId(id),
      elapsed(now - since),
      progress ? progressBar(progress, 10, 28) : "",
      visibleText(command),
    ]),
  }];
}

/** How long something has run, in whole seconds: the screen is drawn once a second. */
function elapsed(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return seconds < 60 ? `${seconds}s` : formatDuration(seconds * 1000);
}

function workerTable({ workers }: QueueView, now: number): [name: string, table: Table] {
  return ["WORKERS", {
    head: ["WORKER", "BUSY", "UP"],
    rows: workers.map(({ name, slots, busy, since, only }) => [
      visibleText(name),
      only === undefined ? `${busy}/${slots}` : "run",
      formatAge(now - since),
    ]),
  }];
}

function failureTable({ failures }: QueueView, now: number): [name: string, table: Table] {
  return ["FAILURES", {
    head: ["FAILED", "STATE", "AGO", "HOW", "LAST LINE OF ITS LOG"],
    rows: failures.map(({ id, state, job, lastLine }) => {
      const attempt = job.history.at(-1);
      return [
        shortId(id),
        state,
        formatAge(now - Date.parse(job.updated_at)),
        visibleText(attempt ? outcomeText(attempt) : job.reason ?? String(job.malformed ?? "")),
        visibleText(lastLine),
      ];
    }),
  }];
}

/** A long ID by its end, which names the job too. */
function shortId(id: string): string {
  const shown = visibleText(id);
  return shown.length > 14 ? `…${shown.slice(-10)}` : shown;
}

/** As many lines of a section as there is room for; the last one counts those left out. */
function cutRows(lines: string[], room: number): string[] {
  if (lines.length <= room) return lines;
  if (room < LEAST_SECTION) return [];
  return [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more`];
}

/**
 * Shares lines among sections: small ones get what they want, large ones share the rest equally.
 * Where that would leave a section too few lines to say anything, the last sections get none.
 */
export function shareRows(wanted: readonly number[], rows: number): number[] {
  const shares = wanted.map(() => 0);
  const least = (count: number) =>
    wanted.slice(0, count).reduce((sum, lines) => sum + Math.min(lines, LEAST_SECTION), 0);
  let shown = wanted.length;
  while (shown > 1 && rows < least(shown)) shown--;
  const smallestFirst = shares.map((_, index) => index).slice(0, shown)
    .sort((a, b) => wanted[a]! - wanted[b]!);
  let left = rows;
  smallestFirst.forEach((index, done) => {
    shares[index] = Math.min(wanted[index]!, Math.floor(left / (shown - done)));
    left -= shares[index];
  });
  return shares;
}

function footLine({ countedAgo }: QueueView): string {
  return countedAgo > OLD_COUNT
    ? `q quits   waiting jobs were counted ${formatAge(countedAgo)} ago`
    : "q quits";
}
