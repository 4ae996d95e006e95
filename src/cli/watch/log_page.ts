/**
 * A log on the screen: what is kept of it, and how keys move in it, as in less.
 *
 * @module
 */

import type { LogNews } from "./messages.ts";

/** The log that is shown below the table, or on the whole screen. */
export interface ShownLog {
  /** The job. */
  id: string;
  lines: readonly string[];
  /** How many lines were forgotten before the first. */
  gone: number;
  /** What follows the last whole line. */
  rest: string;
  /** Whether more stands before the first line than is known. */
  isCut: boolean;
}

/** What is seen of a log. */
export interface LogPage {
  log?: ShownLog;
  /** The first line that is seen, by its number in all the log; follows the end if missing. */
  top?: number;
  /** How many columns of the lines are passed over. */
  left: number;
  search: string;
  /** How many lines fit. */
  room: number;
  /** What was done last, or why not; with `isOpen` while it goes on. */
  note?: { text: string; isError: boolean; isOpen: boolean };
}

/** How many lines are kept. */
const MOST_LINES = 20_000;

/** How many columns an arrow passes. */
const COLUMNS = 20;

/** The log with what it has more. */
export function longerLog(log: ShownLog | undefined, news: LogNews): ShownLog {
  const { id, rest, isCut } = news;
  const isSame = log?.id === id && !news.isAnew;
  const all = isSame ? log.lines.concat(news.lines) : news.lines;
  const lines = all.slice(-MOST_LINES);
  const gone = (isSame ? log.gone : 0) + all.length - lines.length;
  return { id, rest, lines, gone, isCut: isCut || gone > 0 };
}

/** The log after a key that scrolls it. */
export function scroll<T extends LogPage>(state: T, key: string): T {
  const { log, room } = state;
  if (!log) return state;
  const first = log.gone;
  const last = Math.max(first, first + logLength(log) - room);
  const top = Math.max(first, state.top ?? last);
  const to = (line: number) => ({
    ...state,
    top: line >= last ? undefined : Math.max(first, line),
  });
  switch (key) {
    case "up":
    case "k":
      return to(top - 1);
    case "down":
    case "j":
    case "enter":
      return to(top + 1);
    case "pageup":
    case "b":
      return to(top - room);
    case "pagedown":
    case " ":
      return to(top + room);
    case "home":
    case "g":
      return to(first);
    case "end":
    case "G":
    case "F":
      return to(last);
    case "left":
      return { ...state, left: Math.max(0, state.left - COLUMNS) };
    case "right":
      return { ...state, left: state.left + COLUMNS };
    case "n":
      return nextMatch(state, 1);
    case "N":
      return nextMatch(state, -1);
    default:
      return state;
  }
}

/** How many lines a log has, with the one that is not ended. */
export function logLength({ lines, rest }: ShownLog): number {
  return lines.length + (rest === "" ? 0 : 1);
}

/** Brings the next line that has the search's text to the top; with -1 the one before. */
export function nextMatch<T extends LogPage>(state: T, direction: 1 | 0 | -1): T {
  const { log, search, room } = state;
  if (!log || search === "") return state;
  const end = Math.max(0, logLength(log) - room);
  const from = (state.top ?? log.gone + end) - log.gone;
  const text = search.toLowerCase();
  const has = (line: string) => line.toLowerCase().includes(text);
  const lines = log.rest === "" ? log.lines : [...log.lines, log.rest];
  // A first search begins anew at the first line if nothing follows.
  const at = direction < 0
    ? lines.slice(0, Math.max(0, from)).findLastIndex(has)
    : lines.findIndex((line, index) => index >= from + direction && has(line));
  const found = at < 0 && direction === 0 ? lines.findIndex(has) : at;
  if (found >= 0) return { ...state, top: log.gone + found };
  const note = { text: `"${search}" is not in the log`, isError: true, isOpen: false };
  return { ...state, note };
}
