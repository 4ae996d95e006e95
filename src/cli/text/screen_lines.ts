/**
 * What `status --watch` shows: from a view of the queue to the lines of a screen. Values in, lines out.
 *
 * @module
 */

import type { Counts } from "../../contents/listing.ts";
import { outcomeText } from "./attempt_text.ts";
import { formatDuration } from "../terminal/duration.ts";
import { progressBar } from "../terminal/progress_bar.ts";
import { formatAge, formatClock } from "../terminal/relative_time.ts";
import { alignedLines, type Table } from "../terminal/table.ts";
import { cutToWidth, textWidth } from "../terminal/text_width.ts";
import { visibleText } from "../terminal/visible_text.ts";
import type { QueueView } from "../../inspect/watched_queue.ts";

/** How the lines are to look. */
export interface ScreenStyle {
  /** Columns and lines that there are. */
  columns: number;
  rows: number;
  /** The colours, if any. */
  paint?: {
    state(text: string): string;
    title(text: string): string;
    quiet(text: string): string;
  };
}

/** The least columns and lines on which anything can be read. */
const LEAST_COLUMNS = 20, LEAST_ROWS = 4;

/** The least lines of a section that is cut: an empty one, its head, a row, and how many are left out. */
const LEAST_SECTION = 4;

/** The heights of a column of the chart. */
const HEIGHTS = "▁▂▃▄▅▆▇█";

/** A count older than this is said to be old, in milliseconds. */
const OLD_COUNT = 5000;

/**
 * The lines of the screen, at most as many and as wide as it has room for.
 *
 * @param now Milliseconds since 1970.
 */
export function screenLines(view: QueueView, now: number, style: ScreenStyle): string[] {
  const { columns, rows, paint } = style;
  const cut = (line: string) => cutToWidth(line, columns);
  if (columns < LEAST_COLUMNS || rows < LEAST_ROWS) return [cut("too small")].slice(0, rows);
  const title = paint?.title ?? ((text: string) => text);
  const quiet = paint?.quiet ?? ((text: string) => text);

  const lines = [
    title(cut(headLine(view, now, columns))),
    ...countLines(view.counts, columns, paint?.state),
    cut(rateLine(view, columns)),
  ];
  const foot = quiet(cut(footLine(view)));
  const sections = [
    section("RUNNING", runningTable(view, now), columns),
    section("FAILURES", failureTable(view, now), columns),
    section("WORKERS", workerTable(view, now), columns),
  ];
  const wanted = sections.map((part) => part.length);
  const shares = shareRows(wanted, Math.max(0, rows - lines.length - 1));
  sections.forEach((part, index) => {
    // The first line of each is empty, the second its head.
    cutRows(part, shares[index]!).forEach((line, row) =>
      lines.push(row === 1 ? title(line) : line)
    );
  });
  const body = lines.slice(0, rows - 1);
  while (body.length < rows - 1) body.push("");
  return [...body, foot];
}

function headLine(view: QueueView, now: number, columns: number): string {
  const left = `queuectl ${visibleText(view.dir)}${view.paused ? "  PAUSED" : ""}`;
  const clock = formatClock(now);
  const gap = columns - textWidth(left) - clock.length;
  return gap < 2 ? left : left + " ".repeat(gap) + clock;
}

function countLines(
  counts: Counts,
  columns: number,
  paint: (text: string) => string = (text) => text,
): string[] {
  // A state that does not fit beside the others goes to the next line.
  const lines: string[] = [];
  let [line, width] = ["", 0];
  for (const [state, count] of Object.entries(counts)) {
    const text = `${state} ${count}`;
    if (width > 0 && width + 3 + text.length > columns) {
      lines.push(line);
      [line, width] = ["", 0];
    }
    line += (width > 0 ? "   " : "") + paint(state) + ` ${count}`;
    width += (width > 0 ? 3 : 0) + text.length;
  }
  return [...lines, line];
}

function rateLine({ rates, ends }: QueueView, columns: number): string {
  const text = `ended ${rateText(rates[0])}/s in 1 min, ${rateText(rates[1])}/s in 5 min  `;
  const room = Math.max(0, columns - text.length);
  return text + chart(ends.slice(-room));
}

function rateText(rate: number): string {
  return rate >= 100 ? rate.toFixed(0) : rate >= 10 ? rate.toFixed(1) : rate.toFixed(2);
}

/** A column for each number, the highest being that of the largest; a dot where nothing was. */
export function chart(numbers: readonly number[]): string {
  const most = Math.max(1, ...numbers);
  return numbers.map((number) =>
    number === 0 ? "·" : HEIGHTS[Math.min(7, Math.floor((number / most) * 8))]
  ).join("");
}

function runningTable({ running }: QueueView, now: number): Table {
  return {
    head: ["RUNNING", "FOR", "PROGRESS", "COMMAND"],
    rows: running.map(({ id, since, progress, command }) => [
      shortId(id),
      elapsed(now - since),
      progress ? progressBar(progress, 10, 28) : "",
      visibleText(command),
    ]),
  };
}

/** How long something has run so far, in whole seconds: the screen is not drawn more often. */
function elapsed(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return seconds < 60 ? `${seconds}s` : formatDuration(seconds * 1000);
}

function workerTable({ workers }: QueueView, now: number): Table {
  return {
    head: ["WORKER", "BUSY", "UP"],
    rows: workers.map(({ name, slots, busy, since, only }) => [
      visibleText(name),
      only === undefined ? `${busy}/${slots}` : "run",
      formatAge(now - since),
    ]),
  };
}

function failureTable({ failures }: QueueView, now: number): Table {
  return {
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
  };
}

/** An ID that is long, by its end: that names it too. */
function shortId(id: string): string {
  const shown = visibleText(id);
  return shown.length > 14 ? `…${shown.slice(-10)}` : shown;
}

/** An empty line, the head and the rows of a table; without rows a word that says so. */
function section(name: string, table: Table, columns: number): string[] {
  if (table.rows.length === 0) return ["", cutToWidth(`${name} none`, columns)];
  return ["", ...alignedLines(table, { width: columns }).map((line) => cutToWidth(line, columns))];
}

/** As many lines of a section as there is room for; the last of them says how many are left out. */
function cutRows(lines: string[], room: number): string[] {
  if (lines.length <= room) return lines;
  if (room < LEAST_SECTION) return [];
  return [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more`];
}

/**
 * Shares lines among sections: each gets what it wants where that fits, else the small ones do and the large ones
 * share the rest. Where that would leave one too little to say anything the last go without.
 */
export function shareRows(wanted: readonly number[], rows: number): number[] {
  const shares = wanted.map(() => 0);
  let shown = wanted.length;
  while (shown > 1 && rows < wanted.slice(0, shown).reduce(leastRows, 0)) shown--;
  const order = shares.map((_, index) => index).slice(0, shown)
    .sort((a, b) => wanted[a]! - wanted[b]!);
  let left = rows;
  order.forEach((index, done) => {
    const share = Math.min(wanted[index]!, Math.floor(left / (order.length - done)));
    shares[index] = share;
    left -= share;
  });
  return shares;
}

/** The rows that some sections need at least. */
function leastRows(sum: number, wanted: number): number {
  return sum + Math.min(wanted, LEAST_SECTION);
}

function footLine({ countedAgo }: QueueView): string {
  return countedAgo > OLD_COUNT
    ? `q quits   what waits was counted ${formatAge(countedAgo)} ago`
    : "q quits";
}
