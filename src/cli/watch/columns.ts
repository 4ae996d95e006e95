/**
 * The columns of each table of `status --watch`.
 *
 * @module
 */

import { hasRun, type JobView } from "../../format/job.ts";
import { shortIds } from "../../inspect/short_ids.ts";
import { visibleText } from "../../text/shown_text.ts";
import { formatDuration } from "../terminal/format_duration.ts";
import { progressBar } from "../terminal/progress_bar.ts";
import { formatAge } from "../terminal/relative_time.ts";
import type { Table } from "../terminal/table.ts";
import { cutInMiddle } from "../terminal/text_width.ts";
import { outcomeText } from "../text/attempt_text.ts";
import type { Row, Tab } from "./messages.ts";

/** The column with the state of a job, which is painted by it. */
export const STATE_HEAD = "STATE";

/** The most columns of a name, of a worker's, and of a label. */
const NAME = 24, WORKER = 26, LABEL = 20;

/** A terminal of so many columns has room for the worker of a job too; one of less for no words. */
const WIDE = 110, NARROW = 60;

type Column = [head: string, cell: (row: Row) => string, isShown?: boolean];

/**
 * A table of rows.
 *
 * @param rows Those that are seen.
 * @param width The columns of the terminal.
 */
export function tableOf(
  tab: Tab,
  rows: readonly Row[],
  now: number,
  width: number,
): Table {
  const label = (row: Row) => cutInMiddle(labelOf(row), LABEL);
  const labels: Column = ["LABEL", label, rows.some((row) => labelOf(row) !== "")];
  const jobs: Column[] = [["JOB", shortName], labels];
  const command: Column = ["COMMAND", commandOf];
  const columns: Readonly<Record<Tab, Column[]>> = {
    running: [
      ...jobs,
      ["FOR", ({ since }) => since === undefined ? "" : elapsed(now - since)],
      ["PROGRESS", (row) => progressOf(row, width), rows.some(({ job }) => job?.progress)],
      ["WORKER", ({ worker = "" }) => cutInMiddle(visibleText(worker), WORKER), width >= WIDE],
      command,
    ],
    waiting: [...jobs, ["WAITS", (row) => whyItWaits(row, now)], command],
    failed: [
      ...jobs,
      [STATE_HEAD, ({ job }) => job!.state],
      ["AGO", ({ job }) => formatAge(now - Date.parse(job!.updated_at))],
      ["HOW", ({ job }) => visibleText(howItEnded(job!))],
      ["LAST LINE OF ITS LOG", ({ lastLine = "" }) => visibleText(lastLine)],
    ],
    done: [
      ...jobs,
      ["AGO", ({ job }) => formatAge(now - Date.parse(job!.updated_at))],
      ["TOOK", ({ job }) => tookText(job!)],
      command,
    ],
    schedules: [
      ["NAME", shortName],
      ["WHEN", ({ schedule }) => visibleText(schedule!.when)],
      ["NEXT", ({ schedule }) => nextText(schedule!, now)],
      ["LAST", ({ schedule }) => schedule!.last_job?.state ?? ""],
      command,
    ],
    workers: [
      ["WORKER", ({ name }) => cutInMiddle(visibleText(name), WORKER)],
      ["BUSY", ({ crew }) => crew!.only === undefined ? `${crew!.busy}/${crew!.slots}` : "run"],
      ["UP", ({ crew }) => formatAge(now - Date.parse(crew!.started_at))],
      ["RUNS", ({ crew }) => [...shortIds(crew!.running).values()].map(visibleText).join(", ")],
    ],
  };
  const shown = columns[tab].filter(([, , isShown = true]) => isShown);
  const head = shown.map(([name]) => name);
  return {
    head,
    flexible: ["PROGRESS", "LABEL", "WHEN", "WAITS", "HOW"].map((name) => head.indexOf(name))
      .filter((at) => at >= 0),
    rows: rows.map((row) => shown.map(([, cell]) => cell(row))),
  };
}

/** A job's ID as short as it can be typed; another name cut in its middle. */
export function shortName({ name, short }: Row): string {
  return short === undefined ? cutInMiddle(visibleText(name), NAME) : visibleText(short);
}

function labelOf({ job }: Row): string {
  return typeof job?.label === "string" ? visibleText(job.label) : "";
}

function commandOf({ job, schedule }: Row): string {
  const { command = "" } = job ?? schedule?.job ?? {};
  const isNone = command === "" && typeof job?.malformed === "string";
  return visibleText(isNone ? `(not a job: ${job.malformed})` : command);
}

function progressOf({ job }: Row, width: number): string {
  if (!job?.progress) return "";
  const { text, fraction } = job.progress;
  if (width >= NARROW) return progressBar(job.progress, 10, 28);
  return progressBar({ fraction, text: fraction === null ? text : "" }, 8, 9).trimEnd();
}

/** Why a job waits, or that it is ready; how long until it is due as of now. */
export function whyItWaits({ job, waits = "" }: Row, now: number): string {
  const wait = Date.parse(job!.run_at) - now;
  if (/^in \d/.test(waits)) return wait > 0 ? `in ${formatAge(wait + 999)}` : "ready";
  return visibleText(waits) || "ready";
}

/** How the last attempt of a job ended, or why there is none. */
export function howItEnded({ history, reason, malformed }: JobView): string {
  const attempt = history.at(-1);
  return attempt ? outcomeText(attempt) : reason ?? String(malformed ?? "");
}

/** How long something has run, in whole seconds: the screen is drawn once a second. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return seconds < 60 ? `${seconds}s` : formatDuration(seconds * 1000);
}

function tookText({ history }: JobView): string {
  const last = history.at(-1);
  if (!last || !hasRun(last)) return "";
  return typeof last.duration_ms === "number" ? formatDuration(last.duration_ms) : "";
}

function nextText({ paused, next }: NonNullable<Row["schedule"]>, now: number): string {
  const [first] = next;
  return paused
    ? "paused"
    : first === undefined
    ? "never"
    : `in ${formatAge(Date.parse(first) - now)}`;
}
