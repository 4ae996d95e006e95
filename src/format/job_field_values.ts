/**
 * The fields of a job as values; the table of what each takes is in job_fields.ts.
 *
 * @module
 */

/** The fields that whoever adds a job may give it, and that its file keeps. */
export interface JobFields {
  /** Shell text: the argument after the shell's `-c`. */
  command: string;
  /** `[A-Za-z0-9][A-Za-z0-9_-]{0,63}`. Default: a new ULID. */
  id?: string;
  /** 0 to 9, default 5: of the jobs that are ready, a higher one runs first. */
  priority?: number;
  /** Not before this time: ISO 8601. Default: now. */
  run_at?: string;
  /** Time limit for each attempt in seconds, or `null`. Default: the queue's `timeout`. */
  timeout?: number | null;
  /** How often to retry a failed job. Default: the queue's `max_retries`. */
  max_retries?: number;
  /** Seconds before the first retry. Default: the queue's. */
  backoff_base?: number;
  /** Multiplies each further delay. Default: the queue's. */
  backoff_factor?: number;
  /** What it is, for people: at most 200 characters. It changes nothing. */
  label?: string;
  /** Marks by which jobs are chosen, such as `queuectl cancel --tag`. Workers ignore them. */
  tags?: string[];
  /** The one group that it belongs to. */
  group?: string;
  /** A resource of which the job needs one place while it runs: the setting `resources.NAME`. */
  resource?: string;
  /** How many places of which resources it needs: `{ gpu: 2, db: 1 }`. It gets all or waits. */
  resources?: Record<string, number>;
  /** The only host that it may run on, by the name that its workers give it. */
  host?: string;
  /** Tags: it runs only on workers that have all of them. */
  on?: string[];
  /** IDs of jobs that must be done before it runs; if one ends dead, so does this job. */
  after?: string[];
  /** Run once the jobs in `after` have ended, even if one failed. */
  after_any?: boolean;
  /** A key: no second job with it is added until this job is done or dead. */
  unique?: string;
  /** Exit statuses after which it is not retried, such as `2,64-78`. */
  give_up_on?: string;
  /** The only exit statuses after which it is retried. */
  retry_on?: string;
  /** Take exit status 75 (EX_TEMPFAIL) as "try later": retry without charging the attempt. */
  tempfail?: boolean;
  /** Note when it prints what, in `input/ID.times`, to about a tenth of a second. */
  timestamps?: boolean;
  /** Absolute path of the shell. Default: the queue's `shell`. */
  shell?: string;
  /** How little of the processor it gets beside others: -20 (most) to 19. Default: its worker's. */
  nice?: number;
  /**
   * How much an attempt may print, in bytes, until it is ended and the job dead, or `null`.
   * Default: the queue's `max_log`.
   */
  max_log?: number | null;
  /** The directory to run in. Default: that of the worker. */
  cwd?: string;
  /** Variables that are added to the worker's environment. */
  env?: Record<string, string>;
  /** Shell text to run after it is done, beside the queue's own `on_done`. */
  on_done?: string;
  /** Shell text to run after it is dead, likewise. */
  on_dead?: string;
  /** Shell text to run after each failed attempt that a retry follows, likewise. */
  on_failure?: string;
  /** Whether it reads `input/ID.in` on standard input: see `EnqueueOptions`. */
  stdin?: boolean;
}
