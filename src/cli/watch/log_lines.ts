/**
 * A log on the whole screen.
 *
 * @module
 */

import { quotedWord, visibleText } from "../../text/shown_text.ts";
import { cutToWidth, textWidth } from "../terminal/text_width.ts";
import { jobFacts } from "./details.ts";
import { logLength } from "./log_page.ts";
import type { State } from "./state.ts";
import type { Paints, ScreenStyle } from "./style.ts";

/** A title, and the lines that are seen. */
export function logLines(
  state: State,
  now: number,
  { columns, rows }: ScreenStyle,
  paint: Paints,
): string[] {
  const { log, chosen } = state;
  const room = rows - 2;
  const about = chosen?.job ? jobFacts(chosen, chosen.job, now) : [];
  const title = [visibleText(log?.id ?? ""), ...about].join("  ");
  if (!log) return [title];
  const end = Math.max(0, logLength(log) - room);
  const top = state.top === undefined ? end : Math.max(0, state.top - log.gone);
  const all = log.rest === "" ? log.lines : [...log.lines, log.rest];
  const lines = all.slice(top, top + room).map((line) => logLine(line, state, columns, paint));
  if (all.length === 0) lines.push("it has printed nothing yet");
  if (top === 0 && log.isCut && lines.length > 0) {
    lines[0] = cutToWidth(`… all of it: queuectl logs ${quotedWord(log.id)}`, columns);
  }
  return [paint.title(cutToWidth(title, columns)), ...lines];
}

/** A line of a log from a column on, with the matches of a search marked. */
function logLine(line: string, { left, search }: State, columns: number, paint: Paints): string {
  const shown = cutToWidth(fromColumn(line, left), columns);
  if (search === "") return shown;
  const wanted = search.toLowerCase();
  const lower = shown.toLowerCase();
  // A letter whose small form is longer would mark the wrong place.
  if (lower.length !== shown.length) return shown;
  let marked = "";
  let at = 0;
  for (let found; (found = lower.indexOf(wanted, at)) >= 0; at = found + wanted.length) {
    marked += shown.slice(at, found) + paint.chosen(shown.slice(found, found + wanted.length));
  }
  return marked + shown.slice(at);
}

function fromColumn(text: string, column: number): string {
  if (column === 0) return text;
  let width = 0;
  let at = 0;
  for (const char of text) {
    if (width >= column) break;
    width += textWidth(char);
    at += char.length;
  }
  return text.slice(at);
}
