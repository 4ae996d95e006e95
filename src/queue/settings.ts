/**
 * What each setting takes, and config.json, which holds only what was set.
 *
 * @module
 */

import {
  type Config,
  CONFIG_KEYS,
  type ConfigKey,
  isResourceKey,
  type ResourceKey,
} from "./config.ts";
import { QueueError, UsageError } from "./errors.ts";
import type { FilePort } from "./file_port.ts";
import { newId } from "./names.ts";
import { retentionOf } from "./retention.ts";
import { secondsInSpan } from "./time_span.ts";

interface Setting {
  /** What is allowed, as it ends the sentence "… must be". */
  allowed: string;
  accepts(value: unknown): boolean;
  /** Whether a value is taken as it is written: `5` is the text 5. */
  isText?: true;
  /** Whether a value is a number of seconds, which people may write as a span such as `5m`. */
  isSpan?: true;
}

const isNumber = (value: unknown, least: number, most: number): value is number =>
  typeof value === "number" && value >= least && value <= most;
const isWhole = (value: unknown, least: number, most: number): boolean =>
  isNumber(value, least, most) && Number.isInteger(value);

const YEAR = 366 * 86400;

const RETENTION: Setting = {
  allowed: "a number of jobs such as 1000, a span such as 7d or 12h, or none",
  accepts: (value) => value === null || retentionOf(value) !== undefined,
};

const HOOK: Setting = {
  allowed: "shell text of at most 100 KB, or none",
  accepts: (value) =>
    value === null ||
    (typeof value === "string" && value.trim() !== "" && value.length <= 100_000 &&
      !value.includes("\0")),
  isText: true,
};

const SETTINGS: Record<Exclude<ConfigKey, ResourceKey>, Setting> = {
  max_retries: {
    allowed: "a whole number from 0 to 1000000",
    accepts: (value) => isWhole(value, 0, 1_000_000),
  },
  backoff_base: {
    allowed: "a number of seconds from 0 up",
    accepts: (value) => isNumber(value, 0, YEAR),
    isSpan: true,
  },
  backoff_factor: {
    allowed: "a number from 0 to 1000",
    accepts: (value) => isNumber(value, 0, 1000),
  },
  backoff_max: {
    allowed: "a number of seconds from 0 up",
    accepts: (value) => isNumber(value, 0, YEAR),
    isSpan: true,
  },
  jitter: {
    allowed: "a number from 0 to 1",
    accepts: (value) => isNumber(value, 0, 1),
  },
  timeout: {
    allowed: "a number of seconds above 0, or none",
    accepts: (value) => value === null || (isNumber(value, 0, YEAR) && value > 0),
    isSpan: true,
  },
  worker_count: {
    allowed: "a whole number from 1 to 1024",
    accepts: (value) => isWhole(value, 1, 1024),
  },
  poll_interval: {
    allowed: "a number of seconds from 0.05 to 3600",
    accepts: (value) => isNumber(value, 0.05, 3600),
    isSpan: true,
  },
  kill_grace: {
    allowed: "a number of seconds from 0 to 3600",
    accepts: (value) => isNumber(value, 0, 3600),
    isSpan: true,
  },
  fsync: {
    allowed: "true or false",
    accepts: (value) => typeof value === "boolean",
  },
  concurrency: {
    allowed: "a whole number from 1 to 1024, or none",
    accepts: (value) => value === null || isWhole(value, 1, 1024),
  },
  keep_done: RETENTION,
  keep_dead: RETENTION,
  on_done: HOOK,
  on_dead: HOOK,
};

/** What each `resources.NAME` takes. There is none unless it was set. */
const RESOURCE: Setting = {
  allowed: "a whole number from 0 to 1024",
  accepts: (value) => isWhole(value, 0, 1024),
};

function settingFor(key: string): Setting | undefined {
  if (isResourceKey(key)) return RESOURCE;
  return Object.hasOwn(SETTINGS, key) ? SETTINGS[key as keyof typeof SETTINGS] : undefined;
}

/**
 * The key that a user's word means: dashes and underscores are the same.
 *
 * @throws {UsageError} If there is no such key.
 */
export function configKey(word: string): ConfigKey {
  if (isResourceKey(word)) return word;
  const key = word.replaceAll("-", "_");
  if (Object.hasOwn(SETTINGS, key)) return key as ConfigKey;
  throw new UsageError(
    `unknown setting "${word}" (there are: ${CONFIG_KEYS.join(", ")}, resources.NAME)`,
  );
}

/**
 * The value that a user's word means for a key.
 *
 * @throws {UsageError} If the key does not take it; the sentence says what it takes.
 */
export function parseConfigValue(key: ConfigKey, word: string): Config[ConfigKey] {
  const text = word.trim();
  const { accepts, allowed, isText, isSpan } = settingFor(key)!;
  const value = isText && text !== "none"
    ? word
    : text === "true"
    ? true
    : text === "false"
    ? false
    : text === "none" || text === "null"
    ? null
    : text !== "" && /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)
    ? Number(text)
    : isSpan
    ? secondsInSpan(text) ?? text
    : text;
  if (!accepts(value)) {
    const spans = isSpan ? " (or a span such as 90s, 10m or 1h30m)" : "";
    throw new UsageError(`${key} must be ${allowed}${spans}, not "${word}"`);
  }
  return value as Config[ConfigKey];
}

/**
 * Reads what was set in a queue.
 *
 * @throws {QueueError} If config.json is not what `config set` writes.
 */
export function readConfig(files: FilePort, dir: string): Partial<Config> {
  const path = `${dir}/config.json`;
  // Asked first, as each worker reads it again and again, and an exception costs more than the question.
  if (!files.stat(path)) return {};
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
    const setting = settingFor(key);
    if (!setting) continue;
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
    const { allowed, accepts } = settingFor(configKey(key))!;
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
