/**
 * The settings of a queue. config.json holds only what was set; what is absent has its default.
 *
 * @module
 */

import { QueueError, UsageError } from "./errors.ts";
import type { FilePort } from "./file_port.ts";
import { newId } from "./names.ts";

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
  /** Whether each step is flushed to the disk, so that it survives a power cut. */
  fsync: boolean;
}

/** The name of a setting. */
export type ConfigKey = keyof Config;

interface Setting {
  default: number | boolean | null;
  /** What is allowed, as it ends the sentence "… must be". */
  allowed: string;
  accepts(value: unknown): boolean;
}

const isNumber = (value: unknown, least: number, most: number): value is number =>
  typeof value === "number" && value >= least && value <= most;
const isWhole = (value: unknown, least: number, most: number): boolean =>
  isNumber(value, least, most) && Number.isInteger(value);

const YEAR = 366 * 86400;

const SETTINGS: Record<ConfigKey, Setting> = {
  max_retries: {
    default: 3,
    allowed: "a whole number from 0 to 1000000",
    accepts: (value) => isWhole(value, 0, 1_000_000),
  },
  backoff_base: {
    default: 2,
    allowed: "a number of seconds from 0 up",
    accepts: (value) => isNumber(value, 0, YEAR),
  },
  backoff_factor: {
    default: null,
    allowed: "a number from 0 to 1000",
    accepts: (value) => isNumber(value, 0, 1000),
  },
  backoff_max: {
    default: 3600,
    allowed: "a number of seconds from 0 up",
    accepts: (value) => isNumber(value, 0, YEAR),
  },
  jitter: {
    default: 0,
    allowed: "a number from 0 to 1",
    accepts: (value) => isNumber(value, 0, 1),
  },
  timeout: {
    default: null,
    allowed: "a number of seconds above 0, or none",
    accepts: (value) => value === null || (isNumber(value, 0, YEAR) && value > 0),
  },
  worker_count: {
    default: 1,
    allowed: "a whole number from 1 to 1024",
    accepts: (value) => isWhole(value, 1, 1024),
  },
  poll_interval: {
    default: 1,
    allowed: "a number of seconds from 0.05 to 3600",
    accepts: (value) => isNumber(value, 0.05, 3600),
  },
  kill_grace: {
    default: 5,
    allowed: "a number of seconds from 0 to 3600",
    accepts: (value) => isNumber(value, 0, 3600),
  },
  fsync: {
    default: true,
    allowed: "true or false",
    accepts: (value) => typeof value === "boolean",
  },
};

/** The names of all settings, in the order they are shown. */
export const CONFIG_KEYS: readonly ConfigKey[] = Object.keys(SETTINGS) as ConfigKey[];

/**
 * The key that a user's word means: dashes and underscores are the same.
 *
 * @throws {UsageError} If there is no such key.
 */
export function configKey(word: string): ConfigKey {
  const key = word.replaceAll("-", "_");
  if (Object.hasOwn(SETTINGS, key)) return key as ConfigKey;
  throw new UsageError(`unknown setting "${word}" (there are: ${CONFIG_KEYS.join(", ")})`);
}

/**
 * The value that a user's word means for a key.
 *
 * @throws {UsageError} If the key does not take it; the sentence says what it takes.
 */
export function parseConfigValue(key: ConfigKey, word: string): Config[ConfigKey] {
  const text = word.trim();
  const value = text === "true"
    ? true
    : text === "false"
    ? false
    : text === "none" || text === "null"
    ? null
    : text !== "" && /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)
    ? Number(text)
    : text;
  if (!SETTINGS[key].accepts(value)) {
    throw new UsageError(`${key} must be ${SETTINGS[key].allowed}, not "${word}"`);
  }
  return value as Config[ConfigKey];
}

/** Fills in the defaults of what was not set. */
export function withDefaults(set: Partial<Config>): Config {
  const config: Record<string, unknown> = {};
  for (const key of CONFIG_KEYS) config[key] = set[key] ?? SETTINGS[key].default;
  config.backoff_factor ??= config.backoff_base;
  return config as unknown as Config;
}

/**
 * Reads what was set in a queue.
 *
 * @throws {QueueError} If config.json is not what `config set` writes.
 */
export function readConfig(files: FilePort, dir: string): Partial<Config> {
  const path = `${dir}/config.json`;
  let bytes: Uint8Array;
  try {
    bytes = files.read(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
  let set: unknown;
  try {
    set = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new QueueError(`${path} is not JSON; mend it, or remove it for the defaults`);
  }
  if (typeof set !== "object" || set === null || Array.isArray(set)) {
    throw new QueueError(`${path} is not a JSON object; mend it, or remove it for the defaults`);
  }
  const config: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(set)) {
    if (!Object.hasOwn(SETTINGS, key)) continue;
    const setting = SETTINGS[key as ConfigKey];
    if (!setting.accepts(value)) {
      throw new QueueError(
        `${path}: ${key} must be ${setting.allowed}, not ${JSON.stringify(value)}`,
      );
    }
    config[key] = value;
  }
  return config as Partial<Config>;
}

/**
 * Replaces what was set in a queue, whole or not at all.
 *
 * @param set All that is to be set from now on; nothing else stays.
 * @throws {UsageError} If a setting does not take its value; the sentence says what it takes.
 */
export async function writeConfig(
  files: FilePort,
  dir: string,
  set: Partial<Config>,
): Promise<void> {
  for (const [key, value] of Object.entries(set)) {
    const { allowed, accepts } = SETTINGS[configKey(key)];
    if (value !== undefined && !accepts(value)) {
      throw new UsageError(`${key} must be ${allowed}, not ${JSON.stringify(value)}`);
    }
  }
  const path = `${dir}/tmp/config-${newId()}@new`;
  files.create(path, new TextEncoder().encode(JSON.stringify(set, null, 2) + "\n"));
  await files.sync([path]);
  files.rename(path, `${dir}/config.json`);
  await files.sync([dir]);
}
