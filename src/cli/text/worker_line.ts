/**
 * What a worker reports, a line each.
 *
 * @module
 */

import { limitedGroup } from "../../constraints/limits.ts";
import { visibleText } from "../../text/shown_text.ts";
import type { WorkerEvent } from "../../worker/events.ts";
import { noPaint, type Paint } from "../terminal/colours.ts";
import { formatDuration } from "../terminal/format_duration.ts";
import { formatClock, formatDay } from "../terminal/relative_time.ts";
import { cutToWidth } from "../terminal/text_width.ts";
import { againText, outcomeText } from "./attempt_text.ts";
import { counted } from "./counted.ts";

/** The most columns of a command, even where lines have no width: it can be a whole script. */
const MOST_COMMAND = 500;

/** How lines look. */
export interface LineStyle {
  /** Columns there are. */
  width: number;
  /** Whether a line has the date too: a log is read days later. */
  day: boolean;
  /** Paints the word that names the event. Default: no colours. */
  paint?: Paint;
}

/**
 * The line for something that happened in a worker.
 *
 *     14:02:31 start    01M8…  sleep 2
 *     14:02:33 done     01M8…  exit 0, 2.0s
 *     14:02:33 failed   01M8…  exit 1, 12ms, attempt 1, again in 2s
 */
export function eventLine(event: WorkerEvent, now: number, style: LineStyle): string {
  const { width, day, paint = noPaint } = style;
  const [word, rest] = describe(event, now);
  const line = `${timeText(now, day)} ${word.padEnd(8)} ${visibleText(rest)}`;
  return cutToWidth(line, width).replace(word, paint(word));
}

/** The time that was written out last: small jobs make many lines a second. */
const last = { second: NaN, day: false, text: "" };

function timeText(now: number, day: boolean): string {
  const second = Math.floor(now / 1000);
  if (second !== last.second || day !== last.day) {
    const clock = formatClock(now);
    Object.assign(last, { second, day, text: day ? `${formatDay(now)} ${clock}` : clock });
  }
  return last.text;
}

function describe(event: WorkerEvent, now: number): [word: string, rest: string] {
  switch (event.kind) {
    case "started":
      return ["start", `${event.id}  ${cutToWidth(event.command, MOST_COMMAND)}`];
    case "ended": {
      const { id, attempt, charged, state, readyAt, reason } = event;
      if (!attempt) return [state, reason ? `${id}  ${reason}` : id];
      const parts = [outcomeText(attempt), formatDuration(attempt.duration_ms)];
      if (state !== "done" || attempt.attempt > 1) {
        // The number counts runs before a retry too, as `show` does.
        const differs = charged && charged.attempts !== attempt.attempt;
        const charges = differs ? ` (${charged.attempts} of ${charged.of})` : "";
        parts.push(`attempt ${attempt.attempt}${charges}`);
      }
      if (state === "failed" && readyAt !== undefined) parts.push(againText(readyAt - now));
      return [state === "pending" ? "put back" : state, `${id}  ${parts.join(", ")}`];
    }
    case "waits": {
      const { id, resource, needs, places } = event;
      const group = limitedGroup(resource);
      if (group !== undefined) {
        const none = places === 0 ? `, which is paused or has none (config groups.${group})` : "";
        return ["wait", `${id}  for a place in the group ${group}${none}`];
      }
      const wanted = needs === 1 ? "" : `${needs} places of `;
      const missing = places >= needs
        ? ""
        : `, which has ${places === 0 ? "none" : `only ${places}`} ` +
          `(config set resources.${resource} ${needs})`;
      return ["wait", `${id}  for ${wanted}the resource ${resource}${missing}`];
    }
    case "scaled":
      return ["scaled", `to ${counted(event.slots, "job")} at once`];
    case "malformed":
      return ["dead", `${event.id}  not a job: ${event.reason}`];
    case "recovered": {
      const { worker, finished, lost } = event;
      const jobs = finished.length + lost.length;
      const named = lost.length > 0 ? `, lost: ${lost.join(" ")}` : "";
      return ["recovered", `${counted(jobs, "job")} from dead worker ${worker}${named}`];
    }
    case "pruned": {
      const parts = (["done", "dead"] as const).filter((state) => event.removed[state] > 0)
        .map((state) => `${counted(event.removed[state], `${state} job`)} (keep_${state})`);
      return ["removed", parts.join(" and ")];
    }
    case "trouble":
      return ["trouble", event.message];
  }
}
