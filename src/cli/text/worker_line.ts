/**
 * What a worker tells, a line each.
 *
 * @module
 */

import type { WorkerEvent } from "../../worker/events.ts";
import { outcomeText } from "./attempt_text.ts";
import { formatDuration } from "../terminal/duration.ts";
import { formatAge, formatClock, formatDay } from "../terminal/relative_time.ts";
import { visibleText } from "../terminal/visible_text.ts";
import { cutToWidth } from "../terminal/text_width.ts";

/** The most columns that a command takes, also where lines have no width: it can be a whole script. */
const MOST_COMMAND = 500;

/** How lines are to look. */
export interface LineStyle {
  /** Columns there are. */
  width: number;
  /** Whether a line tells the day too: in a log it is read days later. */
  day: boolean;
  /** The colours, if any. */
  colours?: typeof import("@std/fmt/colors");
}

/**
 * A line for something that happened in a worker.
 *
 * @param now Milliseconds since 1970.
 *
 *     14:02:31 start    01M8…  sleep 2
 *     14:02:33 done     01M8…  exit 0, 2.0s
 *     14:02:33 failed   01M8…  exit 1, 12ms, attempt 1, again in 2s
 */
export function eventLine(event: WorkerEvent, now: number, style: LineStyle): string {
  const [word, rest] = describe(event, now);
  const { colours } = style;
  const line = cutToWidth(
    `${timeText(now, style.day)} ${word.padEnd(8)} ${visibleText(rest)}`,
    style.width,
  );
  if (!colours) return line;
  const paint = {
    done: colours.green,
    failed: colours.yellow,
    dead: colours.red,
    trouble: colours.red,
    start: colours.cyan,
  }[word] ?? ((text: string) => text);
  return line.replace(word, paint(word));
}

/** The last time that was written out: of small jobs there are many lines a second. */
const last = { second: NaN, day: false, text: "" };

function timeText(now: number, day: boolean): string {
  const second = Math.floor(now / 1000);
  if (second !== last.second || day !== last.day) {
    last.second = second;
    last.day = day;
    last.text = day ? `${formatDay(now)} ${formatClock(now)}` : formatClock(now);
  }
  return last.text;
}

function describe(event: WorkerEvent, now: number): [word: string, rest: string] {
  switch (event.kind) {
    case "started":
      return ["start", `${event.id}  ${cutToWidth(event.command, MOST_COMMAND)}`];
    case "ended": {
      const { attempt, charged, state } = event;
      if (!attempt) return [state, event.reason ? `${event.id}  ${event.reason}` : event.id];
      const parts = [outcomeText(attempt), formatDuration(attempt.duration_ms)];
      if (state !== "done" || attempt.attempt > 1) {
        // Runs before a retry count on in the number; `show` tells both, too.
        const differs = charged && charged.attempts !== attempt.attempt;
        const which = differs ? ` (${charged.attempts} of ${charged.of})` : "";
        parts.push(`attempt ${attempt.attempt}${which}`);
      }
      if (state === "failed" && event.readyAt !== undefined) {
        const wait = event.readyAt - now;
        parts.push(wait < 500 ? "again at once" : `again in ${formatAge(wait + 500)}`);
      }
      return [state === "pending" ? "put back" : state, `${event.id}  ${parts.join(", ")}`];
    }
    case "waits": {
      const { resource, needs, places } = event;
      const what = needs === 1 ? "" : `${needs} places of `;
      const there = places === 0 ? "is none" : places === 1 ? "is one" : `are ${places}`;
      const missing = places >= needs
        ? ""
        : `, of which there ${there} (config set resources.${resource} ${needs})`;
      return ["wait", `${event.id}  for ${what}the resource ${resource}${missing}`];
    }
    case "malformed":
      return ["dead", `${event.id}  not a job: ${event.reason}`];
    case "recovered": {
      const jobs = event.finished.length + event.lost.length;
      const lost = event.lost.length > 0 ? `, lost: ${event.lost.join(" ")}` : "";
      return [
        "recover",
        `${event.worker} had died with ${jobs} ${jobs === 1 ? "job" : "jobs"} unsettled${lost}`,
      ];
    }
    case "trouble":
      return ["trouble", event.message];
  }
}
