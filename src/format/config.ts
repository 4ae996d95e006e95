/**
 * The settings of a queue, and what holds where nothing was set. What each takes, and the file that holds what
 * was set, is in settings.ts, which a program need not load where there is no such file.
 *
 * @module
 */

/** The setting that says how many jobs may use a resource at once. */
export type ResourceKey = `resources.${string}`;

/** The settings in force: what was set, and the default of the rest. */
export interface Config {
  /** How many times a job that failed is run again. */
  max_retries: number;
  /** Seconds before the first retry. */
  backoff_base: number;
  /** What each further delay is multiplied by. Defaults to `backoff_base`. */
  backoff_factor: number;
  /** No delay is longer than this many seconds. */
  backoff_max: number;
  /** Share of a delay, 0 to 1, by which it is spread at random, so that retries do not come in step. */
  jitter: number;
  /** Seconds an attempt may take, or `null` for no limit. */
  timeout: number | null;
  /** Jobs that one worker runs at once, unless `--count` says otherwise. */
  worker_count: number;
  /** Seconds between two looks at what no event told of. */
  poll_interval: number;
  /** Seconds between SIGTERM and SIGKILL. */
  kill_grace: number;
  /** The shell that commands and hooks are given to, an absolute path, where a job says no other. */
  shell: string;
  /** Whether each step is flushed to the disk, so that it survives a power cut. */
  fsync: boolean;
  /** The most jobs that run at once over all workers and machines, or `null` for no limit. */
  concurrency: number | null;
  /** How much of done/ is kept: so many of the newest, a span such as `7d`, or `null` for everything. */
  keep_done: number | string | null;
  /** How much of dead/ is kept, likewise. */
  keep_dead: number | string | null;
  /** Shell text that is run after a job is done, or `null`. */
  on_done: string | null;
  /** Shell text that is run after a job has gone to dead/, or `null`. */
  on_dead: string | null;
  /** How many jobs may use a named resource at once over all workers and machines. */
  [resource: ResourceKey]: number;
}

/** The name of a setting. */
export type ConfigKey = keyof Config;

/** What holds where nothing was set, in the order that settings are shown; `backoff_factor` follows `backoff_base`. */
export const DEFAULTS: Readonly<
  Record<Exclude<ConfigKey, ResourceKey>, number | boolean | string | null>
> = {
  max_retries: 3,
  backoff_base: 2,
  backoff_factor: null,
  backoff_max: 3600,
  jitter: 0,
  timeout: null,
  worker_count: 1,
  poll_interval: 1,
  kill_grace: 5,
  shell: "/bin/sh",
  fsync: true,
  concurrency: null,
  keep_done: null,
  keep_dead: null,
  on_done: null,
  on_dead: null,
};

/** The names of all settings but those of resources, in the order they are shown. */
export const CONFIG_KEYS: readonly Exclude<ConfigKey, ResourceKey>[] = Object.keys(
  DEFAULTS,
) as Exclude<ConfigKey, ResourceKey>[];

/**
 * The setting that says how many jobs may use a resource at once.
 *
 * @example
 * ```ts
 * import { resourceKey } from "./config.ts";
 *
 * resourceKey("gpu"); // "resources.gpu"
 * ```
 */
export function resourceKey(resource: string): ResourceKey {
  return `resources.${resource}`;
}

/** Whether a key is that of a resource; `concurrency` is no resource, for it has locks of its own. */
export function isResourceKey(key: string): key is ResourceKey {
  return /^resources\.[A-Za-z0-9_-]{1,64}$/.test(key) && key !== "resources.concurrency";
}

/** Fills in the defaults of what was not set. */
export function withDefaults(set: Partial<Config>): Config {
  const config: Record<string, unknown> = {};
  for (const key of CONFIG_KEYS) config[key] = set[key] ?? DEFAULTS[key];
  config.backoff_factor ??= config.backoff_base;
  for (const [key, value] of Object.entries(set)) if (isResourceKey(key)) config[key] = value;
  return config as unknown as Config;
}
