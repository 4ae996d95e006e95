/**
 * What the screen of `status --watch` and the thread that reads for it say to each other.
 *
 * @module
 */

import type { ScheduleRow, Status, WorkerRow } from "../../dashboard/api.ts";
import type { JobView } from "../../format/job.ts";
import { quotedWord } from "../../text/shown_text.ts";

/** The tables, in their order. */
export const TABS = ["running", "waiting", "failed", "done", "schedules", "workers"] as const;

/** A table of the screen. */
export type Tab = typeof TABS[number];

/** The first message to the thread, with the port for all others. */
export interface Opening {
  /** The queue's directory. */
  dir: string;
  /** Whether root may use the queue of another user. */
  ofAnyUser: boolean;
}

/** Which rows are shown. */
export interface Wanted {
  /** Of which table. */
  tab: Tab;
  /** Only those that have this text; empty: all. */
  filter: string;
  /** At most this many. */
  limit: number;
}

/** The commands that a key gives. */
export type Verb =
  | "cancel"
  | "hold"
  | "release"
  | "resume"
  | "retry"
  | "schedule pause"
  | "schedule resume"
  | "schedule run"
  | "start"
  | "suspend"
  | "worker pause"
  | "worker resume"
  | "worker stop";

/** A command, and the job, schedule or worker that it is for. */
export interface Act {
  verb: Verb;
  /** Missing where it is for the whole queue. */
  name?: string;
}

/** An act as a person would type it. */
export function commandLine({ verb, name }: Act): string {
  return `queuectl ${verb}${name === undefined ? "" : ` ${quotedWord(name)}`}`;
}

/** What the thread is asked. */
export type Ask =
  | { ask: "rows"; wanted: Wanted }
  /** Follow the log of this job, and no other; of none if it is missing. */
  | { ask: "log"; id?: string }
  | { ask: "act"; act: Act };

/** A row: a job, a schedule or a worker. */
export interface Row {
  /** The ID of the job, or the name. */
  name: string;
  /** The ID of a job as short as a person can type it. */
  short?: string;
  /** A job, with its last attempt only, and without what is large. */
  job?: JobView;
  /** The worker that runs it, and since when, in milliseconds since 1970. */
  worker?: string;
  since?: number;
  /** Why it does not run on; missing if it is ready, runs or is over. */
  waits?: string;
  /** The last line of its log, where it has failed. */
  lastLine?: string;
  schedule?: ScheduleRow;
  crew?: WorkerRow;
}

/** The rows that were asked for. */
export interface Rows {
  wanted: Wanted;
  rows: Row[];
  /** Whether there are more than the limit allows. */
  hasMore: boolean;
  /** How many jobs a filter looked at so far; missing once it has looked at all. */
  searched?: number;
}

/** The queue at one moment. */
export interface Facts extends Pick<Status, "dir" | "paused" | "jobs" | "workers"> {
  /** Jobs that ended per second, over the last minute and the last five. */
  rates: [minute: number, fiveMinutes: number];
  /** Jobs that ended in each 5 s of the last five minutes, the latest last. */
  ends: number[];
  /** How many schedules there are. */
  schedules: number;
}

/** What a log has more than before. */
export interface LogNews {
  /** The job. */
  id: string;
  /** Whether all that was known of the log is to be forgotten. */
  isAnew: boolean;
  /** Whole lines, with nothing in them that a terminal would obey. */
  lines: string[];
  /** What follows the last whole line. */
  rest: string;
  /** Whether more stands before the first line than is shown. */
  isCut: boolean;
}

/** What the thread says. */
export type Said =
  | { facts: Facts }
  | { rows: Rows }
  | { log: LogNews }
  /** An act is over; with a sentence if it failed. */
  | { did: Act; error?: string }
  /** Why the queue cannot be read now. */
  | { fault: string };
