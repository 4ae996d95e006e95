/**
 * What the dashboard's server answers: the types that its routes, its pages and its scanning thread
 * share. Fields have the names that `queuectl … --json` gives them. Times are ISO 8601 in UTC,
 * spans end in `_ms`, sizes are bytes. docs/openapi.json has the bodies of requests.
 *
 * @module
 */

import type {
  Config,
  DividedCounts,
  FailedHook,
  Finding,
  JobState,
  JobView,
  Progress,
  ScheduleView,
  Stats,
} from "../../mod.ts";

/** `GET /api/status`, and each `status` event. */
export interface Status {
  /** The queue's directory. */
  dir: string;
  /** The version of queuectl. */
  version: string;
  /** When this was so. */
  now: string;
  /** Whether the server has no route that changes anything. */
  read_only: boolean;
  /** Whether workers claim nothing new. */
  paused: boolean;
  /** How many jobs are in each state; `delayed` has those that are held or wait for others too. */
  jobs: DividedCounts;
  /** When the jobs that wait were counted; ends are followed at once. */
  counted_at: string;
  /** Jobs that ended per second, over the last minute and the last five. */
  rates: { minute: number; five_minutes: number };
  /** Live workers. */
  workers: WorkerRow[];
  /** Running jobs, the longest running first; at most 100. */
  running: RunningRow[];
  /** How many jobs only seem to run, as their workers died; missing if none. */
  lost?: number;
  /** The hooks that failed in the last day: how many, and the last; missing if none did. */
  hooks?: { failed: number; last: FailedHook };
  /** The file system of the queue; `null` if it does not say. */
  disk: { free: number; total: number } | null;
  /** What `doctor` found at its last look; `null` before the first. */
  findings: Finding[] | null;
}

/** A live worker. */
export interface WorkerRow {
  name: string;
  host: string;
  pid: number;
  slots: number;
  busy: number;
  started_at: string;
  version: string;
  tags: readonly string[];
  /** The one job that it works, for a `queuectl run`. */
  only?: string;
  /** Its process is stopped (SIGSTOP), and its jobs wait for it. */
  stopped?: true;
  /** The IDs of the jobs that it runs. */
  running: string[];
}

/** A running job. */
export interface RunningRow {
  id: string;
  command: string;
  worker: string;
  /** When it was claimed. */
  started_at: string;
  /** Its worker died; the next takes it back. */
  worker_died?: true;
  progress?: Progress;
}

/** A job as a table shows it: what is dear to read (input, environment, history) is left out. */
export interface JobRow {
  id: string;
  label?: string;
  tags?: readonly string[];
  group?: string;
  command: string;
  state: JobState;
  priority: number;
  attempts: number;
  max_retries: number;
  created_at: string;
  run_at: string;
  updated_at: string;
  /** How the last attempt ended, and its exit status or signal. */
  outcome?: string;
  exit_code?: number | null;
  signal?: string | null;
  duration_ms?: number;
  /** The worker that runs it, or ran it last. */
  worker?: string;
  /**
   * Why it does not run on, in words: `worker died`, `ended, not recorded yet`, `suspended`,
   * `held`, `until …`, `after a, b`, `resource gpu`.
   */
  waits?: string;
  progress?: Progress;
  /** The last line that it printed; only where a search looked at it. */
  last_line?: string;
}

/** What `GET /api/jobs` is asked: each field is a query parameter of its name. */
export interface JobsQuery {
  /** States, and the divisions of pending/: `delayed`, `held`, `waiting`. Default: all. */
  states: readonly (JobState | "delayed" | "held" | "waiting")[];
  /** Only jobs whose ID or command contains this text, or whose last line of output does. */
  text: string;
  /** Only jobs that have all of these tags. */
  tags?: readonly string[];
  /** Only jobs of this group. */
  group?: string;
  /** Default: `created`. All but `created` sort within the newest 20,000 jobs. */
  sort: "created" | "priority" | "duration" | "attempts" | "command";
  /** Default: `desc`. */
  order: "asc" | "desc";
  /** Where the last page ended: its `next`. */
  cursor?: string;
  /** At most this many rows, 1 to 200. Default: 50. */
  limit: number;
}

/** A page of jobs. */
export interface JobsPage {
  jobs: JobRow[];
  /** The `cursor` of the next page; `null` after the last. */
  next: string | null;
  /** How many jobs the states asked for hold, counted without reading them. */
  total: number;
  /** A search reads for at most a second: how many jobs it read. `next` then goes on from there. */
  searched?: number;
}

/** `GET /api/jobs/ID`. */
export interface JobDetail {
  job: JobView;
  /** The path of its file. */
  path: string;
  /** Its log so far; `null` if it has printed nothing. */
  log: { path: string; size: number } | null;
  /** The process group that runs it, where a worker of this machine runs it. */
  pid?: number;
  /** The worker that ran it died; the next takes it back. */
  worker_died?: true;
  /** The jobs that it waits for or waited for, and those that wait for it. */
  parents: JobLink[];
  children: JobLink[];
}

/** A job that another is joined to. */
export interface JobLink {
  id: string;
  command: string;
  /** Its state, or its division of pending/; `null` if it is gone. */
  state: JobsQuery["states"][number] | null;
}

/** `GET /api/dead`: dead jobs that failed alike. */
export interface DeadGroup {
  command: string;
  exit_code: number | null;
  signal: string | null;
  /** How the last attempt ended; missing if there was none. */
  outcome?: string;
  reason?: string;
  count: number;
  /** When the last of them died. */
  latest: string;
  /** At most 1,000 of them, the newest first. */
  ids: string[];
}

/** `GET /api/stats?span=5m|1h|24h|7d`: {@linkcode Stats}, and the lines of the charts. */
export interface StatsAnswer extends Stats {
  /** Equal parts of the span, the oldest first; `null` where nothing was measured. */
  series: {
    /** When each part begins, in seconds since 1970. */
    at: number[];
    done: number[];
    failed: number[];
    wait_p50_ms: (number | null)[];
    wait_p95_ms: (number | null)[];
    run_p50_ms: (number | null)[];
    run_p95_ms: (number | null)[];
  };
}

/** `GET /api/schedules`. */
export type SchedulesAnswer = ScheduleRow[];

/** A schedule, with what it means and what came of it. */
export interface ScheduleRow extends ScheduleView {
  /** When it is due, in words: `every day, at 02:30`. */
  words: string;
  /** The last job that it added by the clock, if that is still there. */
  last_job?: JobRow;
}

/** `POST /api/schedules/preview`: what a schedule means, before it is added. */
export interface SchedulePreview {
  /** In words: `every hour, at minute 0`. */
  words: string;
  tz?: string;
  /** The next five times. */
  next: string[];
}

/** A setting of `GET /api/settings`. */
export interface SettingRow {
  key: string;
  value: Config[keyof Config] | null;
  /** Its value unless it is set. */
  usual: string;
  is_set: boolean;
  help: string;
}

/** `POST /api/jobs/bulk`. */
export interface BulkRequest {
  action: BulkAction;
  /** At most 10,000. Give `ids` or `filter`. */
  ids?: string[];
  /** All jobs that match and that the action is for; at most 10,000, the newest. */
  filter?: BulkFilter;
  /** Change nothing, and answer which jobs the filter means. */
  dry_run?: boolean;
  /** For `priority`. */
  priority?: number;
}

/** Which jobs to change: what narrows {@linkcode JobsQuery}, at least one of it. */
export type BulkFilter = Partial<Pick<JobsQuery, "states" | "text" | "tags" | "group">>;

/** What can be done to many jobs at once. */
export type BulkAction = "retry" | "cancel" | "hold" | "release" | "remove" | "priority";

/** How that went: one sentence for each job that it failed for. */
export interface BulkAnswer {
  changed: number;
  failed: { id: string; error: string }[];
  /** With `dry_run`: the IDs that the filter means. */
  matched?: string[];
  /** More jobs match than are changed at once. */
  more?: true;
}

/** A job that was added. */
export interface Added {
  id: string;
  /** Nothing was added: the job of this ID has the key, and has not ended. */
  existed?: boolean;
  /** Names in the body that queuectl does not know: kept in its file, and of no effect. */
  unknown_fields?: string[];
}

/** The body of every answer that is not 2xx. */
export interface ErrorAnswer {
  /** One sentence. */
  error: string;
}

/**
 * The events of `GET /api/events[?log=ID]` (server-sent, JSON in `data`). `status` comes first;
 * then at most four updates a second, about one while many jobs move. Who falls behind gets the
 * latest of each only.
 */
export interface Events {
  status: Status;
  /** Jobs moved: pages that show jobs ask again. `ids`: those that did, if they are few. */
  jobs: { ids?: string[] };
  /** The log of the job asked for has grown. */
  log: { id: string; size: number; state: JobState | null };
  /** The server stops. */
  bye: Record<never, never>;
}
