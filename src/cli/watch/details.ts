/**
 * What stands below the table: all about the chosen row, and the end of its log.
 *
 * @module
 */

import type { JobView } from "../../format/job.ts";
import { visibleText } from "../../text/shown_text.ts";
import { formatAge, formatInZone } from "../terminal/relative_time.ts";
import { cutToWidth, textWidth } from "../terminal/text_width.ts";
import { elapsed, howItEnded, shortName, whyItWaits } from "./columns.ts";
import type { Row } from "./messages.ts";
import type { State } from "./state.ts";

/** The most lines of a command. */
const COMMAND_LINES = 3;

/** A terminal of so many columns shows a name whole. */
const ROOMY = 80;

/** The lines about the chosen row, the first its title; at most `room`. */
export function detailLines(state: State, now: number, columns: number, room: number): string[] {
  const { chosen, log } = state;
  if (!chosen || room < 2) return [];
  const { job, schedule, crew } = chosen;
  const command = job?.command ?? schedule?.job.command;
  const title = [
    columns < ROOMY ? shortName(chosen) : visibleText(chosen.name),
    ...(job ? jobFacts(chosen, job, now) : []),
    ...(schedule ? [visibleText(schedule.words)] : []),
    ...(crew ? [`process ${crew.pid} on ${visibleText(crew.host)}`] : []),
  ].join("  ");
  const lines = [
    title,
    ...(command === undefined ? [] : wrapped(`$ ${visibleText(command)}`, columns)),
    ...(schedule && !schedule.paused
      ? [
        `next: ${
          schedule.next.map((time) => formatInZone(Date.parse(time), schedule.tz)).join(", ")
        }`,
      ]
      : []),
    ...(crew?.tags.length ? [`tags: ${visibleText(crew.tags.join(", "))}`] : []),
  ].slice(0, room);
  if (!log) return lines;
  const tail = log.rest === "" ? log.lines : [...log.lines, log.rest];
  const left = room - lines.length;
  return left > 0 ? [...lines, ...tail.slice(-left)] : lines;
}

/** The state of a job, and what there is to say about it. */
export function jobFacts(
  row: Row,
  job: JobView,
  now: number,
): string[] {
  const { worker, since } = row;
  const { state, attempts, max_retries } = job;
  const ago = `${formatAge(now - Date.parse(job.updated_at))} ago`;
  if (state === "processing") {
    return [
      row.waits || since === undefined
        ? row.waits || "running"
        : `running for ${elapsed(now - since)}`,
      `attempt ${attempts + 1} of ${max_retries + 1}`,
      ...(worker === undefined ? [] : [`by ${visibleText(worker)}`]),
    ];
  }
  const tried = attempts > 0 ? [`attempt ${attempts} of ${max_retries + 1}`] : [];
  if (state === "done") return [`done ${ago}`];
  if (state === "dead") return [`dead: ${visibleText(howItEnded(job))}`, ago, ...tried];
  const why = whyItWaits(row, now);
  if (state === "failed") {
    return [`failed: ${visibleText(howItEnded(job))}`, ago, ...tried, `again: ${why}`];
  }
  return [why === "ready" ? "ready" : `waits: ${why}`, ...tried];
}

/** A text on several lines of at most so many columns. */
function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (textWidth(rest) > columns && lines.length < COMMAND_LINES - 1) {
    const line = cutToWidth(rest, columns + 1).slice(0, -1);
    if (line === "") break;
    lines.push(line);
    rest = rest.slice(line.length);
  }
  return [...lines, cutToWidth(rest, columns)];
}
