/**
 * What is in a job file, and what may be in one.
 *
 * @module
 */

import { UsageError } from "../text/errors.ts";
import { CHECKS_OF_INPUT, faultOf } from "./job_fields.ts";
import type { Progress } from "./progress.ts";
import { DEFAULT_PRIORITY, type JobState, newId } from "./names.ts";

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
  /** The command's exit status, or `null` if a signal ended it or it never started. */
  exit_code: number | null;
  /** The signal that ended it, such as `SIGKILL`, or `null`. */
  signal: string | null;
  /** How it ended. */
  outcome: Outcome;
  /** Where in the log its output begins, in bytes. */
  log_offset: number;
  /**
   * The state that it led to. A job whose last attempt led to `done` or `dead` and that waits all the
   * same was requeued: its count begins anew.
   */
  led_to?: JobState;
  /** Where in the log its output ended, in bytes; kept for an attempt that another may follow. */
  log_end?: number;
  /** Why it could not run or did not count, where there is more to say. */
  reason?: string;
}

/** A job as its file has it. Fields that queuectl does not know are kept as they are. */
export interface Job {
  /** What names it, in every state. */
  id: string;
  /** What its shell gets after `-c`. */
  command: string;
  /** Its shell, an absolute path; `/bin/sh` if absent. */
  shell?: string;
  /** The directory it runs in; the worker's own if absent. */
  cwd?: string;
  /** What its environment has beyond the worker's. */
  env?: Record<string, string>;
  /** 0 to 9; a higher one runs first among what is ready. */
  priority: number;
  /** It runs at most this many times and once more. */
  max_retries: number;
  /** Seconds that an attempt may take, or `null` for no limit. */
  timeout: number | null;
  /** Seconds before its first retry, if other than the queue's setting. */
  backoff_base?: number;
  /** What each further delay is multiplied by, if other than the queue's setting. */
  backoff_factor?: number;
  /** The jobs that must be done before it runs; if one ends dead, so does it. */
  after?: string[];
  /** Whether it runs once the jobs in `after` have ended, however. */
  after_any?: boolean;
  /** While this job is neither done nor dead no other with this key is added. */
  unique?: string;
  /** Exit statuses after which it is not retried, such as `2,64-78`. */
  give_up_on?: string;
  /** The only exit statuses after which it is retried. */
  retry_on?: string;
  /** Whether exit status 75 (EX_TEMPFAIL) means: run it again, and do not count this time. */
  tempfail?: boolean;
  /** What it needs one place of while it runs, as named in the setting `resources.NAME`. */
  resource?: string;
  /** How many places of which resources it needs while it runs. */
  resources?: Record<string, number>;
  /** Whether it reads `input/ID.in` on standard input, from the beginning at each attempt; else /dev/null. */
  stdin?: boolean;
  /** What it left in `$QUEUECTL_RESULT`. */
  result?: string;
  /** Set if `result` is in base64, for it is not UTF-8. */
  result_encoding?: "base64";
  /** Why it is dead, where no attempt tells. */
  reason?: string;
  /** When it is or was ready to run, ISO 8601 in UTC. */
  run_at: string;
  /** ISO 8601 in UTC. */
  created_at: string;
  /** ISO 8601 in UTC. */
  updated_at: string;
  /** Runs charged since it was enqueued or requeued. */
  attempts: number;
  /** Every run so far, oldest first. */
  history: Attempt[];
  /** Whatever else its writer put in. */
  [field: string]: unknown;
}

/** A job as readers get it: the file, and the state that its directory says. */
export interface JobView extends Job {
  /** The directory that its file lies in. */
  state: JobState;
  /** Whether it waits until someone releases it; missing if not. */
  held?: boolean;
  /** The jobs that it still waits for; missing if none. */
  waits_for?: string[];
  /** The limit that keeps it from running though it is ready: a resource, or `concurrency`. */
  limited_by?: string;
  /** How far it says that it has come, while it runs. */
  progress?: Progress;
}

/** What makes a job: a command, and whatever differs from the defaults. */
export interface JobInput {
  /** What its shell gets after `-c`. */
  command: string;
  /** Its shell, an absolute path. Default: the queue's `shell`. */
  shell?: string;
  /** `[A-Za-z0-9][A-Za-z0-9_-]{0,63}`; a new ULID by default. */
  id?: string;
  /** The directory it runs in; by default that of whichever worker runs it. */
  cwd?: string;
  /** What its environment has beyond the worker's. */
  env?: Record<string, string>;
  /** 0 to 9, default 5; a higher one runs first among what is ready. */
  priority?: number;
  /** It runs at most this many times and once more. Default: the queue's `max_retries`. */
  max_retries?: number;
  /** Seconds that an attempt may take. Default: the queue's `timeout`. */
  timeout?: number | null;
  /** Seconds before its first retry. Default: the queue's. */
  backoff_base?: number;
  /** What each further delay is multiplied by. Default: the queue's. */
  backoff_factor?: number;
  /** The jobs that must be done before it runs; if one ends dead, so does it. */
  after?: string[];
  /** Run once the jobs in `after` have ended, however. */
  after_any?: boolean;
  /** Hold it: it does not run until someone releases it. Not kept in the file. */
  hold?: boolean;
  /** Do not add it while another job with this key is neither done nor dead. */
  unique?: string;
  /** Exit statuses after which it is not retried, such as `2,64-78`. */
  give_up_on?: string;
  /** The only exit statuses after which it is retried. */
  retry_on?: string;
  /** Take exit status 75 (EX_TEMPFAIL) as: run it again, and do not count this time. */
  tempfail?: boolean;
  /** What it needs one place of while it runs, as named in the setting `resources.NAME`. */
  resource?: string;
  /** How many places of which resources it needs while it runs: `{ gpu: 2, db: 1 }`. It gets all of them, or waits. */
  resources?: Record<string, number>;
  /** Set by queuectl for a job that is added with an input: see `EnqueueOptions`. */
  stdin?: boolean;
  /** Not before this time: ISO 8601. Default: now. */
  run_at?: string;
  /** Whatever else is to be kept in the file. */
  [field: string]: unknown;
}

/** The largest job file that is taken in, in bytes. */
export const MAX_JOB_BYTES = 1024 * 1024;

/** The largest job file that is read, in bytes: one that was taken in grows with each attempt. */
export const MAX_GROWN_BYTES = 16 * MAX_JOB_BYTES;

/** What {@linkcode newJob} fills in where the input is silent. */
export interface JobDefaults {
  /** The queue's `max_retries`. */
  max_retries: number;
  /** The queue's `timeout`, in seconds. */
  timeout: number | null;
  /** The queue's `shell`. Default: `/bin/sh`. */
  shell?: string;
}

/** The shell of a job that says no other. */
export const USUAL_SHELL = "/bin/sh";

/**
 * Makes a whole job of an input.
 *
 * @param input What was asked for.
 * @param defaults What holds where the input is silent.
 * @param now Milliseconds since 1970.
 * @throws {UsageError} If a field is not what it may be; the sentence names it.
 *
 * @example
 * ```ts
 * import { newJob } from "./job.ts";
 *
 * const job = newJob({ command: "make" }, { max_retries: 3, timeout: null }, Date.now());
 * ```
 */
export function newJob(input: JobInput, defaults: JobDefaults, now: number): Job {
  const fault = faultOf(input, CHECKS_OF_INPUT);
  if (fault) throw new UsageError(`a job's ${fault}`);
  return fillIn(input, input.id ?? newId(), defaults, now, false);
}

/** The fields that {@linkcode fillIn} puts in their places, and those that a reader is told besides. */
const PLACED: ReadonlySet<string> = new Set([
  ...["id", "command", "shell", "cwd", "env", "priority", "max_retries", "timeout", "run_at"],
  ...["created_at", "updated_at", "attempts", "history"],
  ...["state", "held", "waits_for", "waited_for_by", "limited_by", "progress", "malformed"],
]);

/**
 * Makes a whole job of fields that have been checked.
 *
 * @param recorded Whether it comes from a file: what only a worker can know is not taken from elsewhere.
 */
export function fillIn(
  given: Record<string, unknown>,
  id: string,
  defaults: JobDefaults,
  now: number,
  recorded: boolean,
): Job {
  const { command, cwd, env, priority, max_retries, timeout, run_at } = given as Partial<Job>;
  const { created_at, updated_at, attempts, history } = (recorded ? given : {}) as Partial<Job>;
  const at = new Date(now).toISOString();
  const job = { id, command: command! } as Job;
  // One that was made whole says no shell only if it was to have the usual one.
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
  // Most jobs have no more, and to look for it costs less than to take the rest of an object.
  const rest = Object.keys(given).filter((name) =>
    !PLACED.has(name) && (recorded || name !== "hold")
  );
  if (rest.length === 0) return job;
  return { ...job, ...Object.fromEntries(rest.map((name) => [name, given[name]])) };
}

const encoder = new TextEncoder();

/** The runs charged so far: `attempts`, or 0 if the job has been requeued since. */
export function chargedAttempts(job: Job): number {
  const last = job.history.at(-1)?.led_to;
  return last === "done" || last === "dead" ? 0 : job.attempts;
}

/** Above this many characters nobody reads a job file, and indenting it could make it a hundred times as long. */
const INDENT_UP_TO = 64 * 1024;

/** The content of a job's file: JSON that a person can read. */
export function jobBytes(job: Job): Uint8Array {
  const compact = JSON.stringify(job);
  const text = compact.length > INDENT_UP_TO ? compact : JSON.stringify(job, null, 2);
  return encoder.encode(text + "\n");
}
