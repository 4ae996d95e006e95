/**
 * The last line of the screen.
 *
 * @module
 */

import { visibleText } from "../../text/shown_text.ts";
import { cutToWidth, textWidth } from "../terminal/text_width.ts";
import { logLength } from "./log_page.ts";
import { commandLine } from "./messages.ts";
import type { State } from "./state.ts";
import type { Paints } from "./style.ts";

/** A question, what is typed, what was done, or the keys with the place in the table or log. */
export function footLine(state: State, paint: Paints, columns: number): string {
  const { asked, typing, note, fault, page } = state;
  const cut = (text: string) => cutToWidth(text, columns);
  if (asked) {
    const question = asked.verb === "cancel" ? "Cancel what runs?" : "Stop the worker?";
    return paint.title(cut(`${question} y: ${visibleText(commandLine(asked))}`));
  }
  if (typing) {
    const text = visibleText(state[typing.what]);
    return cut(`${typing.what === "filter" ? "filter" : "search"}: ${text}█`);
  }
  if (note) {
    const text = visibleText(note.text);
    return note.isError
      ? paint.error(cut(text))
      : paint.title(cut(note.isOpen ? `${text} …` : text));
  }
  if (fault !== undefined) return paint.error(cut(visibleText(fault)));
  const keys = page === "keys"
    ? "any key goes back"
    : page === "log"
    ? "q back  ? keys  / search  n next  g start  G end"
    : "q quits  ? keys  Tab next  Enter log  r retry  x cancel  h hold  p pause  / filter";
  const where = page === "log" ? whereInLog(state) : page === "table" ? whereInTable(state) : "";
  if (where === "") return paint.quiet(cut(keys));
  const left = cutToWidth(keys, Math.max(7, columns - textWidth(where) - 2));
  const gap = columns - textWidth(left) - textWidth(where);
  return paint.quiet(gap < 1 ? cut(keys) : left + " ".repeat(gap) + where);
}

function whereInLog({ log, top }: State): string {
  if (!log) return "";
  return top === undefined ? "follows" : `line ${top - log.gone + 1} of ${logLength(log)}`;
}

function whereInTable({ rows, index, filter, tab }: State): string {
  if (rows?.wanted.tab !== tab) return "";
  const about = filter === "" ? "" : `"${visibleText(filter)}" `;
  const { length } = rows.rows;
  if (length === 0) return about.trimEnd();
  return `${about}${index + 1} of ${length}${rows.hasMore ? "+" : ""}`;
}
