/**
 * What the screen of `status --watch` is about: pure values, and how a key and news change them.
 *
 * @module
 */

import { type LogPage, longerLog, nextMatch, scroll } from "./log_page.ts";
import {
  type Act,
  type Ask,
  commandLine,
  type Facts,
  type Row,
  type Rows,
  type Said,
  type Tab,
  TABS,
} from "./messages.ts";

/** Everything that the screen shows. */
export interface State extends LogPage {
  /** What is seen: the tables, a log, or the keys. */
  page: "table" | "log" | "keys";
  tab: Tab;
  facts?: Facts;
  rows?: Rows;
  /** The chosen row, and where it stood: if it vanishes, the row there is chosen. */
  chosen?: Row;
  index: number;
  filter: string;
  /** The line that is being typed, and what was there before. */
  typing?: { what: "filter" | "search"; before: string };
  /** What to do if the next key is `y`. */
  asked?: Act;
  /** Why the queue cannot be read. */
  fault?: string;
}

/** What a key leads to. */
export interface Step {
  state: State;
  asks: Ask[];
  isOver?: boolean;
}

/** How many rows are read at first, and at most. */
const ROWS = 200, MOST_ROWS = 5000;

/** Rows are read on when the chosen one is so near to the last. */
const NEAR = 50;

/** How many rows a page key passes. */
const PAGE = 10;

/** The screen as it begins. */
export function firstState(): State {
  return { page: "table", tab: "running", index: 0, filter: "", left: 0, search: "", room: 20 };
}

/** What to ask at the beginning. */
export function firstAsks({ tab, filter }: State): Ask[] {
  return [{ ask: "rows", wanted: { tab, filter, limit: ROWS } }];
}

/** The job whose log is shown with a row. */
export function jobOf(row: Row | undefined): string | undefined {
  return row?.job?.id ?? row?.schedule?.last_job?.id ?? row?.crew?.running[0];
}

/** The state after news of the queue. */
export function hear(state: State, said: Said): Step {
  if ("facts" in said) {
    return { state: { ...state, facts: said.facts, fault: undefined }, asks: [] };
  }
  if ("fault" in said) return { state: { ...state, fault: said.fault }, asks: [] };
  if ("log" in said) return { state: { ...state, log: longerLog(state.log, said.log) }, asks: [] };
  if ("did" in said) {
    const text = said.error ?? commandLine(said.did);
    const note = { text, isError: said.error !== undefined, isOpen: false };
    return { state: { ...state, note }, asks: [] };
  }
  const { wanted, rows } = said.rows;
  if (wanted.tab !== state.tab || wanted.filter !== state.filter) return { state, asks: [] };
  const found = rows.findIndex(({ name }) => name === state.chosen?.name);
  const news = { ...state, rows: said.rows, fault: undefined };
  if (state.page !== "log") return choose(news, found >= 0 ? found : state.index);
  // On the page of a log the job stays, wherever it goes in the table.
  return { state: { ...news, chosen: rows[found] ?? state.chosen }, asks: [] };
}

/** Chooses the row at an index, or the nearest; follows its log, and reads on where rows end. */
function choose(state: State, index: number): Step {
  const { rows } = state;
  // Chosen once the rows are there.
  if (!rows) return { state: { ...state, index: Math.max(0, index) }, asks: [] };
  const at = Math.max(0, Math.min(index, rows.rows.length - 1));
  const chosen = rows.rows[at];
  const asks: Ask[] = [];
  const id = jobOf(chosen);
  let log = id === undefined ? undefined : state.log;
  if (id !== state.log?.id) {
    asks.push({ ask: "log", ...(id !== undefined && { id }) });
    if (id !== undefined) log = { id, lines: [], gone: 0, rest: "", isCut: false };
  }
  const limit = Math.min(2 * rows.wanted.limit, MOST_ROWS);
  const isFresh = rows.wanted.tab === state.tab && rows.wanted.filter === state.filter;
  if (isFresh && rows.hasMore && at >= rows.rows.length - NEAR && limit > rows.wanted.limit) {
    asks.push({ ask: "rows", wanted: { ...rows.wanted, limit } });
    // Not asked again at the next key.
    return { state: { ...state, rows: { ...rows, hasMore: false }, index: at, chosen, log }, asks };
  }
  return { state: { ...state, index: at, chosen, log }, asks };
}

/** The state after a key, and what it asks of the thread. */
export function press(state: State, key: string): Step {
  if (key === "ctrl-c") return { state, asks: [], isOver: true };
  if (state.asked) return answer(state, key);
  if (state.typing) return type(state, state.typing, key);
  const note = state.note?.isOpen ? state.note : undefined;
  return pressOn({ ...state, note }, key);
}

/** Does what was asked for if the key means yes. */
function answer(state: State, key: string): Step {
  const { asked, ...rest } = state;
  return key === "y" ? act(rest, asked!) : { state: rest, asks: [] };
}

/** A key while a line is being typed. */
function type(state: State, { what, before }: NonNullable<State["typing"]>, key: string): Step {
  const { typing: _typing, ...rest } = state;
  if (key === "enter") return { state: what === "search" ? nextMatch(rest, 0) : rest, asks: [] };
  if (key === "escape") return typed(rest, what, before);
  if (key === "backspace") return typed(state, what, [...state[what]].slice(0, -1).join(""));
  if (key === "ctrl-u") return typed(state, what, "");
  return [...key].length === 1 ? typed(state, what, state[what] + key) : { state, asks: [] };
}

function typed(state: State, what: "filter" | "search", text: string): Step {
  if (text === state[what]) return { state, asks: [] };
  if (what === "search") return { state: { ...state, search: text }, asks: [] };
  return filtered(state, text);
}

/** Asks for other rows; those that are there stay until then. */
function filtered(state: State, filter: string): Step {
  const next = { ...state, filter, index: 0, chosen: undefined };
  return { state: next, asks: firstAsks(next) };
}

/** Shows a table from its first row. */
function show(state: State, tab: Tab): Step {
  const { rows: _rows, chosen: _chosen, log: _log, ...rest } = state;
  const shown: State = { ...rest, tab, index: 0 };
  return { state: shown, asks: [...firstAsks(shown), { ask: "log" }] };
}

function pressOn(state: State, key: string): Step {
  const stay = { state, asks: [] };
  if (key === "?") return { state: { ...state, page: "keys" }, asks: [] };
  if (state.page === "keys") return { state: { ...state, page: "table" }, asks: [] };
  if (key === "q" || key === "escape") return back(state);
  if (key === "/") {
    const what = state.page === "log" ? "search" : "filter";
    const cleared = what === "search" ? { ...state, search: "" } : state;
    return { state: { ...cleared, typing: { what, before: state[what] } }, asks: [] };
  }
  const wished = wishOf(state, key);
  if (wished) {
    return wished.asks
      ? { state: { ...state, asked: wished.act }, asks: [] }
      : act(state, wished.act);
  }
  if (state.page === "log") return { state: scroll(state, key), asks: [] };
  const tab = TABS.indexOf(state.tab);
  switch (key) {
    case "tab":
    case "right":
      return show(state, TABS[(tab + 1) % TABS.length]!);
    case "shift-tab":
    case "left":
      return show(state, TABS[(tab + TABS.length - 1) % TABS.length]!);
    case "up":
    case "k":
      return choose(state, state.index - 1);
    case "down":
    case "j":
      return choose(state, state.index + 1);
    case "pageup":
      return choose(state, state.index - PAGE);
    case "pagedown":
    case " ":
      return choose(state, state.index + PAGE);
    case "home":
    case "g":
      return choose(state, 0);
    case "end":
    case "G":
      return choose(state, Infinity);
    case "enter":
      return state.log
        ? { state: { ...state, page: "log", top: undefined, left: 0, search: "" }, asks: [] }
        : stay;
  }
  const number = "123456".indexOf(key);
  return number >= 0 ? show(state, TABS[number]!) : stay;
}

/** From the log to the tables, from a filter to all rows, and then out. */
function back(state: State): Step {
  // The table may have changed since.
  if (state.page === "log") return choose({ ...state, page: "table" }, state.index);
  if (state.filter !== "") return filtered(state, "");
  return { state, asks: [], isOver: true };
}

/** What a key wants done, and whether to ask first. */
function wishOf(state: State, key: string): { act: Act; asks: boolean } | undefined {
  if (key === "p") {
    return { act: { verb: state.facts?.paused ? "worker resume" : "worker pause" }, asks: false };
  }
  const row = state.chosen;
  if (!row) return undefined;
  const { name, job, schedule, crew } = row;
  const wish = (verb: Act["verb"], asks = false) => ({ act: { verb, name }, asks });
  if (key === "r" && job) return wish("retry");
  if (key === "r" && schedule) return wish("schedule run");
  if (key === "x" && job) return wish("cancel", job.state === "processing");
  if (key === "x" && crew) return wish("worker stop", true);
  if (key === "h" && job) return wish(job.held ? "release" : "hold");
  if (key === "h" && schedule) return wish(schedule.paused ? "schedule resume" : "schedule pause");
  if (key === "s" && job) {
    return wish(job.state !== "processing" ? "start" : job.suspended ? "resume" : "suspend");
  }
  return undefined;
}

function act(state: State, act: Act): Step {
  const note = { text: commandLine(act), isError: false, isOpen: true };
  return { state: { ...state, note }, asks: [{ ask: "act", act }] };
}
