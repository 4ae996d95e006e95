/**
 * A job, from what was asked for to the bytes of its file.
 *
 * @module
 */

import { UsageError } from "../text/errors.ts";
import { checkOfInput, faultOf, VIEW_FIELDS } from "./check_job.ts";
import type { JobFields } from "./job_fields.ts";
import type { Progress } from "./progress.ts";
import { newId } from "./ids.ts";
import { DEFAULT_PRIORITY, type JobState } from "./names.ts";

/** How an attempt ended. `lost`: its worker died; `cancelled`: it was stopped on request. */
export type Outcome = "done" | "failed" | "timeout" | "cancelled" | "lost";

/** One run of a job's command. */
export interface Attempt {
  /** 1 for the first run of the job, and so on; a requeued job counts on. */
  attempt: number;
  /** The worker that ran it. */
  worker: string;
  /** ISO 8601 in UTC. */
  started_at: string;
  /** ISO 8601 in UTC. */
  finished_at: string;
  /** Milliseconds. */
  duration_ms: number;
  /** The command's exit status; `null` if a signal ended it or it never started. */
  exit_code: number | null;
  /** The signal that ended it, such as `SIGKILL`, or `null`. */
  signal: string | null;
  /** How it ended. */
  outcome: Outcome;
  /** Where in the log its output begins, in bytes. */
  log_offset: number;
  /** The state that it led to. A job that waits after `done` or `dead` was requeued. */
  led_to?: JobState;
  /** Where in the log its output ended, in bytes; missing in a done job of version 0.1. */
  log_end?: number;
  /** Why it could not run or did not count. */
  reason?: string;
}

/** A job as its file has it. Fields that queuectl does not know are kept as they are. */
export interface Job extends JobFields {
  /** Names it in every state. */
  id: string;
  /** 0 to 9: of the jobs that are ready, a higher one runs first. */
  priority: number;
  /** How often it is retried. */
  max_retries: number;
  /** Time limit for each attempt in seconds, or `null`. */
  timeout: number | null;
  /** When it is or was ready to run, ISO 8601 in UTC. */
  run_at: string;
  /** ISO 8601 in UTC. */
  created_at: string;
  /** ISO 8601 in UTC. */
  updated_at: string;
  /** Runs charged since it was enqueued or requeued. */
  attempts: number;
  /** Every attempt so far, oldest first. */
  history: Attempt[];
  /** What it left in `$QUEUECTL_RESULT`. */
  result?: string;
  /** Set if `result` is in base64, because it is not UTF-8. */
  result_encoding?: "base64";
  /** Why it is dead, if no attempt says so. */
  reason?: string;
  /** Any other field that its writer added. */
  [field: string]: unknown;
}

/** A job as readers get it: its file, and what its directory and the queue say. */
export interface JobView extends Job {
  /** The directory that its file lies in. */
  state: JobState;
  /** Whether it waits until someone releases it; missing if not. */
  held?: boolean;
  /** Whether it waits to start at once, beyond all limits; missing if not. */
  now?: boolean;
  /** The jobs that it still waits for; missing if none. */
  waits_for?: string[];
  /**
   * What keeps it from running though it is ready: a resource, `concurrency`, `group NAME`, or
   * `paused group NAME`.
   */
  limited_by?: string;
  /** Where it may run, if no live worker is there, in words: `with tag gpu`. */
  no_worker?: string;
  /** Its progress as it reports it, while it runs. */
  progress?: Progress;
  /** Whether it runs and is suspended (SIGSTOP); missing if not. */
  suspended?: boolean;
  /** Whether it has ended and its worker could not record that yet; missing if not. */
  unrecorded?: boolean;
  /** Who runs it and since when, ISO 8601 in UTC; missing if it does not run. */
  running?: { worker: string; started_at: string };
}

/** What makes a job: a command, and whatever differs from the defaults. */
export interface JobInput extends JobFields {
  /** Hold it: it does not run until someone releases it. Not kept in the file. */
  hold?: boolean;
  /**
   * Start it at once: by a worker all of whose slots are taken, or in a paused queue, and beyond
   * the limits. Holds for the next attempt; not kept in the file.
   */
  now?: boolean;
  /** Any other field to keep in the file. */
  [field: string]: unknown;
}

/** The largest job file that is accepted, in bytes. */
export const MAX_JOB_BYTES = 1024 * 1024;

/** The largest job file that is read, in bytes: an accepted one grows with each attempt. */
export const MAX_GROWN_BYTES = 16 * MAX_JOB_BYTES;

/** The values of the fields that an input leaves out. */
export interface JobDefaults {
  /** The queue's `max_retries`. */
  max_retries: number;
  /** The queue's `timeout`, in seconds. */
  timeout: number | null;
  /** The queue's `shell`. Default: `/bin/sh`. */
  shell?: string;
}

/** The shell of a job that names none. */
export const USUAL_SHELL = "/bin/sh";

/**
 * Makes a whole job of an input.
 *
 * @param now Milliseconds since 1970.
 * @throws {UsageError} If a field has a value that it does not take; the sentence names the field.
 *
 * @example
 * ```ts
 * import { newJob } from "./job.ts";
 *
 * const job = newJob({ command: "make" }, { max_retries: 3, timeout: null }, Date.now());
 * ```
 */
export function newJob(input: JobInput, defaults: JobDefaults, now: number): Job {
  const fault = faultOf(input, checkOfInput);
  if (fault) throw new UsageError(`a job's ${fault}`);
  const contrary = input.now && (["hold", "after", "run_at"] as const)
    .find((name) => Array.isArray(input[name]) ? input[name].length > 0 : input[name]);
  if (contrary) throw new UsageError(`a job that starts now can have no ${contrary}`);
  return fillIn(input, input.id ?? newId(), defaults, now, false);
}

/** The fields that {@linkcode fillIn} puts in their places, and those that no file keeps. */
const PLACED: ReadonlySet<string> = new Set([
  ...[
    "id",
    "command",
    "label",
    "tags",
    "group",
    "shell",
    "cwd",
    "env",
    "priority",
    "max_retries",
    "timeout",
    "run_at",
  ],
  ...["created_at", "updated_at", "attempts", "history"],
  ...VIEW_FIELDS,
]);

/**
 * Makes a whole job of fields that have been checked.
 *
 * @param recorded Whether they come from a file: only then `attempts` and its like are kept.
 */
export function fillIn(
  given: Record<string, unknown>,
  id: string,
  defaults: JobDefaults,
  now: number,
  recorded: boolean,
): Job {
  const { command, label, tags, group, cwd, env, priority, max_retries, timeout, run_at } =
    given as Partial<Job>;
  const { created_at, updated_at, attempts, history } = (recorded ? given : {}) as Partial<Job>;
  const at = new Date(now).toISOString();
  const job = { id, command: command! } as Job;
  // Before the history, so that the beginning of a large file has them.
  if (label !== undefined) job.label = label;
  if (tags !== undefined) job.tags = tags;
  if (group !== undefined) job.group = group;
  // A job that queuectl wrote has no shell only if it was to have the usual one.
  const shell = given.shell ?? (created_at === undefined ? defaults.shell : undefined);
  if (shell !== undefined && (shell !== USUAL_SHELL || given.shell !== undefined)) {
    job.shell = shell as string;
  }
  if (cwd !== undefined) job.cwd = cwd;
  if (env !== undefined) job.env = env;
  job.priority = priority ?? DEFAULT_PRIORITY;
  job.max_retries = max_retries ?? defaults.max_retries;
  job.timeout = timeout === undefined ? defaults.timeout : timeout;
  job.run_at = run_at === undefined ? at : new Date(run_at).toISOString();
  job.created_at = created_at ?? at;
  job.updated_at = updated_at ?? at;
  job.attempts = attempts ?? 0;
  job.history = history ?? [];
  // Most jobs have no more fields; looking for some is faster than a rest pattern.
  const rest = Object.keys(given).filter((name) =>
    !PLACED.has(name) && (recorded || name !== "hold")
  );
  if (rest.length === 0) return job;
  return { ...job, ...Object.fromEntries(rest.map((name) => [name, given[name]])) };
}

/**
 * Whether an attempt ran: the history of a job that was cancelled while it waited ends with one
 * that no worker had.
 */
export function hasRun({ outcome, worker }: Pick<Partial<Attempt>, "outcome" | "worker">): boolean {
  return outcome !== "cancelled" || worker !== "";
}

/**
 * How an attempt ended, as people are told: of one that its worker put back, nobody cancelled the
 * job.
 */
export function outcomeWord(
  { outcome, led_to }: Pick<Partial<Attempt>, "outcome" | "led_to">,
): Outcome | "put back" | undefined {
  return outcome === "cancelled" && led_to === "pending" ? "put back" : outcome;
}

/** Whether a dead job was cancelled, and did not fail. */
export function wasCancelled(job: Job): boolean {
  // A reason means that the job died after its last attempt, without another.
  return job.reason === undefined && job.history.at(-1)?.outcome === "cancelled";
}

const encoder = new TextEncoder();

/**
 * Makes a job that waits or runs forget its last end. A retry is a mere rename: until its next
 * write the file keeps the attempts that were charged before that end, and the reason of it.
 */
export function forgetLastEnd(job: Job): void {
  const last = job.history.at(-1)?.led_to;
  if (last === "done" || last === "dead" || job.reason !== undefined) job.attempts = 0;
  delete job.reason;
}

/** Longer job files are not indented: nobody reads them, and nesting could make them huge. */
const INDENT_UP_TO = 64 * 1024;

/** The content of a job's file: JSON that a person can read. */
export function jobBytes(job: Job): Uint8Array {
  const compact = JSON.stringify(job);
  const text = compact.length > INDENT_UP_TO ? compact : JSON.stringify(job, null, 2);
  return encoder.encode(text + "\n");
}
