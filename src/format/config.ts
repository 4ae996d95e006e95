/**
 * The settings of a queue as values, and their defaults; what each takes is in settings.ts.
 *
 * @module
 */

/** The name of the setting that limits how many jobs use a resource at once. */
export type ResourceKey = `resources.${string}`;

/** The name of the setting that limits how many jobs of a group run at once. */
export type GroupKey = `groups.${string}`;

/** The name of the setting that pauses a group. */
export type PausedKey = `paused.${string}`;

/** The settings in force: those that were set, and the defaults of the rest. */
export interface Config {
  /** How often a failed job is retried. */
  max_retries: number;
  /** Seconds before the first retry. */
  backoff_base: number;
  /** Multiplies each further delay. Default: `backoff_base`. */
  backoff_factor: number;
  /** The longest delay between retries, in seconds. */
  backoff_max: number;
  /** Retry delays are randomized by up to this fraction, 0 to 1, so that retries do not bunch. */
  jitter: number;
  /** Time limit for each attempt in seconds, or `null`. */
  timeout: number | null;
  /** How many bytes an attempt may print until it is ended and its job dead, or `null`. */
  max_log: number | null;
  /** How many jobs one worker runs at once, unless `--count` says otherwise. */
  worker_count: number;
  /**
   * Whether `enqueue` starts a worker in the background if none lives; it exits after 10 minutes
   * without jobs, or after so many seconds.
   */
  autostart: boolean | number;
  /** How often to poll for changes that no event announced, in seconds. */
  poll_interval: number;
  /** Seconds between SIGTERM and SIGKILL. */
  kill_grace: number;
  /**
   * Where machines share the file system: how many seconds a worker may be cut off from it until it
   * and its commands are killed.
   */
  fence_after: number;
  /** Whether the command line gives jobs all variables of its own environment. */
  capture_env: boolean;
  /**
   * Names of variables whose values no list shows: patterns with `*`, with commas between, or
   * `null`.
   */
  secret_names: string | null;
  /** Absolute path of the shell that runs hooks, and commands of jobs that name no other. */
  shell: string;
  /** Whether each step is flushed to the disk, to survive a power cut. */
  fsync: boolean;
  /** Whether only one machine works the queue, so that its locks need not reach others. */
  one_machine: boolean;
  /** Whether a job that ends dead, and was not cancelled, pauses the queue. */
  pause_on_failure: boolean;
  /** How many jobs run at once over all workers and machines, or `null` for no limit. */
  concurrency: number | null;
  /**
   * The done jobs to keep: so many of the newest, those of a span such as `7d`, both as in
   * `1000,7d`, or `null`: all.
   */
  keep_done: number | string | null;
  /** The dead jobs to keep, likewise. */
  keep_dead: number | string | null;
  /** How long the history and the logs of exited workers are kept, such as `30d`, or `null`. */
  keep_history: string | null;
  /** Shell text to run after a job is done, or `null`. */
  on_done: string | null;
  /** Shell text to run after a job has moved to dead/, or `null`. */
  on_dead: string | null;
  /** Shell text to run after each attempt that failed and is followed by a retry, or `null`. */
  on_failure: string | null;
  /** How many jobs use a named resource at once over all workers and machines. */
  [resource: ResourceKey]: number;
  /** How many jobs of a group run at once over all workers and machines. Default: no limit. */
  [group: GroupKey]: number;
  /** Whether workers claim no job of a group. */
  [paused: PausedKey]: boolean;
}

/** The name of a setting. */
export type ConfigKey = keyof Config;

/** The name of a setting that is of no resource and no group. */
export type PlainKey = Exclude<ConfigKey, ResourceKey | GroupKey | PausedKey>;

/** The setting that limits how many jobs use a resource at once: `resources.gpu` for `gpu`. */
export function resourceKey(resource: string): ResourceKey {
  return `resources.${resource}`;
}

/** Whether a key is that of a resource. `concurrency` cannot be one: its locks have that name. */
export function isResourceKey(key: string): key is ResourceKey {
  return /^resources\.[A-Za-z0-9_-]{1,64}$/.test(key) && key !== "resources.concurrency";
}

/** The setting that limits a group: `groups.night` for `night`. */
export function groupKey(group: string): GroupKey {
  return `groups.${group}`;
}

/** The setting that pauses a group: `paused.night` for `night`. */
export function pausedKey(group: string): PausedKey {
  return `paused.${group}`;
}

/** The group that a setting is of; `undefined` if it is of none. */
export function groupOfKey(key: string): string | undefined {
  return /^(?:groups|paused)\.([A-Za-z0-9_-]{1,64})$/.exec(key)?.[1];
}

/** Whether a setting is that of a resource or a group, whose name its key has. */
export function isNamedKey(key: string): key is ResourceKey | GroupKey | PausedKey {
  return isResourceKey(key) || groupOfKey(key) !== undefined;
}

/** The defaults, in the order that settings are shown; `backoff_factor` follows `backoff_base`. */
export const DEFAULTS: Readonly<Record<PlainKey, number | boolean | string | null>> = {
  max_retries: 3,
  backoff_base: 2,
  backoff_factor: null,
  backoff_max: 3600,
  jitter: 0,
  timeout: null,
  max_log: null,
  worker_count: 1,
  autostart: false,
  pause_on_failure: false,
  poll_interval: 1,
  kill_grace: 5,
  fence_after: 10,
  capture_env: false,
  secret_names: "*TOKEN*,*SECRET*,*PASSW*,*CREDENTIAL*,*KEY*,*AUTH*",
  shell: "/bin/sh",
  fsync: true,
  one_machine: false,
  concurrency: null,
  keep_done: "100000,1d",
  keep_dead: "100000,30d",
  keep_history: "30d",
  on_done: null,
  on_dead: null,
  on_failure: null,
};

/** The names of all settings but those of resources and groups, in the order they are shown. */
export const CONFIG_KEYS: readonly PlainKey[] = Object.keys(DEFAULTS) as PlainKey[];

/** Adds the defaults of the settings that were not set. */
export function withDefaults(set: Partial<Config>): Config {
  // `null` is a value: it takes a default away.
  const given = Object.entries(set).filter(([key, value]) =>
    value !== undefined && (Object.hasOwn(DEFAULTS, key) || isNamedKey(key))
  );
  const config: Record<string, unknown> = { ...DEFAULTS, ...Object.fromEntries(given) };
  config.backoff_factor ??= config.backoff_base;
  return config as unknown as Config;
}
