/**
 * What `status --watch` shows: from its state to the lines of a screen.
 *
 * @module
 */

import { visibleText } from "../../text/shown_text.ts";
import type { Paint } from "../terminal/colours.ts";
import { formatClock } from "../terminal/relative_time.ts";
import { alignedLines } from "../terminal/table.ts";
import { cutToWidth, textWidth } from "../terminal/text_width.ts";
import { chartLines } from "../text/chart.ts";
import { STATE_HEAD, tableOf } from "./columns.ts";
import { detailLines } from "./details.ts";
import { footLine } from "./foot_line.ts";
import { KEY_LINES } from "./keys_page.ts";
import { logLines } from "./log_lines.ts";
import { type Facts, type Tab, TABS } from "./messages.ts";
import type { State } from "./state.ts";
import { type Paints, PLAIN, type ScreenStyle } from "./style.ts";

/** On a smaller terminal nothing can be read. */
const LEAST_COLUMNS = 20, LEAST_ROWS = 4;

/** A terminal of so many rows has room for the counts and rates, and for the chosen row. */
const HIGH = 12;

/** The lines of the screen: at most `rows`, none wider than `columns`. */
export function screenLines(state: State, now: number, style: ScreenStyle): string[] {
  const { columns, rows, paint = PLAIN } = style;
  const cut = (line: string) => cutToWidth(line, columns);
  if (columns < LEAST_COLUMNS || rows < LEAST_ROWS) return [cut("too small")].slice(0, rows);
  const foot = footLine(state, paint, columns);
  const body = state.page === "log"
    ? logLines(state, now, style, paint)
    : state.page === "keys"
    ? KEY_LINES.map(cut)
    : tableLines(state, now, style, paint);
  const shown = body.slice(0, rows - 1);
  while (shown.length < rows - 1) shown.push("");
  return [...shown, foot];
}

function tableLines(
  state: State,
  now: number,
  { columns, rows }: ScreenStyle,
  paint: Paints,
): string[] {
  const { facts } = state;
  const cut = (line: string) => cutToWidth(line, columns);
  const lines = [paint.title(cut(headLine(facts, now, columns)))];
  if (facts && rows >= HIGH) {
    lines.push(...countLines(facts, columns, paint.state), cut(rateLine(facts, columns)), "");
  }
  lines.push(tabLine(state, columns, paint));
  const room = rows - 1 - lines.length;
  const all = state.rows?.wanted.tab === state.tab ? state.rows.rows : [];
  if (all.length === 0) return [...lines, cut(`  ${emptyText(state)}`)];
  // A third of the room is for the chosen row, and all that the table leaves.
  const forDetails = rows >= HIGH ? Math.floor(room / 3) : 0;
  const count = Math.min(all.length, Math.max(1, room - 1 - forDetails));
  const first = Math.max(0, Math.min(state.index - (count >> 1), all.length - count));
  const table = tableOf(state.tab, all.slice(first, first + count), now, columns - 2);
  const stateColumn = table.head.indexOf(STATE_HEAD);
  const aligned = alignedLines(table, {
    width: columns - 2,
    paint: (text, row, column) =>
      column === stateColumn && row >= 0 && first + row !== state.index ? paint.state(text) : text,
  });
  aligned.forEach((line, row) => {
    if (row === 0) lines.push(paint.title(cut(`  ${line}`)));
    else if (first + row - 1 !== state.index) lines.push(cut(`  ${line}`));
    else lines.push(paint.chosen(filled(cut(`▸ ${line}`), columns)));
  });
  const details = detailLines(state, now, columns, rows - 2 - lines.length);
  details.forEach((line, row) => {
    if (row === 0) lines.push("", paint.title(cut(line)));
    else lines.push(cut(line));
  });
  return lines;
}

function filled(line: string, columns: number): string {
  return line + " ".repeat(Math.max(0, columns - textWidth(line)));
}

function headLine(facts: Facts | undefined, now: number, columns: number): string {
  if (!facts) return "queuectl";
  const left = `queuectl ${visibleText(facts.dir)}${facts.paused ? "  PAUSED" : ""}`;
  const clock = formatClock(now);
  const gap = columns - textWidth(left) - clock.length;
  return gap < 2 ? left : left + " ".repeat(gap) + clock;
}

/** The states with their counts, on as few lines as hold them. */
function countLines({ jobs }: Facts, columns: number, paint: Paint): string[] {
  // Those that are held or wait for others are delayed.
  const { held: _held, waiting: _waiting, ...states } = jobs;
  const lines: string[] = [];
  let [line, width] = ["", 0];
  for (const [state, count] of Object.entries(states)) {
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
function rateLine({ rates, ends }: Facts, columns: number): string {
  const text = `ended ${rateText(rates[0])}/s in 1 min, ${rateText(rates[1])}/s in 5 min  `;
  const room = Math.max(0, columns - text.length);
  return text + chartLines(ends.slice(-room), 1)[0]!.replaceAll(" ", "·");
}

function rateText(rate: number): string {
  return rate.toFixed(rate >= 100 ? 0 : rate >= 10 ? 1 : 2);
}

/** The tables with their counts, the chosen one in brackets; as many as fit. */
function tabLine({ tab, facts }: State, columns: number, paint: Paints): string {
  const counts = facts && countsOf(facts);
  const texts = TABS.map((each) => {
    const name = `${each[0]!.toUpperCase()}${each.slice(1)}`;
    const text = counts ? `${name} ${counts[each]}` : name;
    return each === tab ? `[${text}]` : ` ${text} `;
  });
  let from = TABS.indexOf(tab);
  let [to, width] = [from + 1, texts[from]!.length];
  for (let grew = true; grew;) {
    grew = false;
    for (const at of [to, from - 1]) {
      const more = texts[at];
      if (more === undefined || width + 1 + more.length > columns) continue;
      if (at === to) to++;
      else from--;
      width += 1 + more.length;
      grew = true;
    }
  }
  const shown = texts.slice(from, to).map((text) =>
    text.startsWith("[") ? paint.title(text) : text
  );
  return width > columns ? cutToWidth(texts[from]!, columns) : shown.join(" ");
}

function countsOf({ jobs, workers, schedules }: Facts): Readonly<Record<Tab, number>> {
  return {
    running: jobs.processing,
    waiting: jobs.pending + jobs.delayed,
    failed: jobs.failed + jobs.dead,
    done: jobs.done,
    schedules,
    workers: workers.length,
  };
}

/** What stands in the place of a table without rows. */
function emptyText({ tab, rows, filter, facts }: State): string {
  if (rows?.wanted.tab !== tab || rows.wanted.filter !== filter) return "…";
  if (rows.searched !== undefined) return `searching: looked at ${rows.searched}`;
  if (filter !== "") return `nothing has "${visibleText(filter)}"`;
  const isUnattended = facts && facts.workers.length === 0 && facts.jobs.pending > 0;
  const texts: Readonly<Record<Tab, string>> = {
    running: isUnattended
      ? "nothing runs: no worker is alive (queuectl worker start)"
      : facts?.paused
      ? "nothing runs: the queue is paused (p resumes it)"
      : "nothing runs",
    waiting: "nothing waits",
    failed: "nothing has failed",
    done: "nothing is done",
    schedules: "there is no schedule (queuectl schedule add)",
    workers: "no worker is alive (queuectl worker start)",
  };
  return texts[tab];
}
