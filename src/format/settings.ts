/**
 * The settings of a queue: one table of what each takes and its help. Its default is in config.ts.
 *
 * @module
 */

import { UsageError } from "../text/errors.ts";
import { bytesInSize } from "../text/byte_size.ts";
import { retention, retentionAge } from "./retention.ts";
import { secondsInSpan } from "../text/time_span.ts";
import {
  type Config,
  CONFIG_KEYS,
  type ConfigKey,
  isNamedKey,
  isResourceKey,
  type PlainKey,
} from "./config.ts";
import { flag, type Kind, number, orNone, seconds, someText, wholeNumber } from "./field_checks.ts";
import { JOB_FIELDS } from "./job_fields.ts";

export * from "./config.ts";

/** A setting: what it takes, and its line in the help. */
export interface Setting extends Kind {
  /** What its value is called in the help. */
  readonly value: string;
  /** What its value can be, for completions. */
  readonly values?: readonly string[];
  /** What it does, in a few words. */
  readonly help: string;
}

/** How many jobs a worker may run at once. */
export const slotCount: Kind = wholeNumber(1, 1024);

/** How long a worker may be without jobs before it exits, in seconds. */
export const idleTime: Kind = seconds(0.1, 7 * 86_400);

/** That time for a worker that `enqueue` starts, unless the setting `autostart` has another. */
export const USUAL_IDLE_TIME = 600;

const hook: Kind = orNone({
  type: "text",
  check: (value) =>
    typeof value === "string" && value.trim() !== "" && value.length <= 100_000 &&
      !value.includes("\0")
      ? undefined
      : "must be shell text of at most 100 KB",
});

/** A setting that a job can have for itself too takes the same, and says the same. */
function asInJobs(field: string): Kind & { value: string; help: string } {
  const { check, type, value, help } = JOB_FIELDS.get(field)!;
  return { check, type, value: value!, help: help! };
}

/** All settings but those of resources. */
export const SETTINGS: Readonly<Record<PlainKey, Setting>> = {
  max_retries: asInJobs("max_retries"),
  backoff_base: asInJobs("backoff_base"),
  backoff_factor: asInJobs("backoff_factor"),
  backoff_max: {
    ...seconds(0),
    value: "DUR",
    help: "longest delay between retries",
  },
  jitter: {
    ...number(0, 1),
    value: "0-1",
    help: "randomize retry delays by up to this fraction",
  },
  timeout: asInJobs("timeout"),
  max_log: asInJobs("max_log"),
  worker_count: {
    ...slotCount,
    value: "N",
    help: "jobs that a worker runs at once",
  },
  autostart: {
    type: "span",
    check: (value) =>
      typeof value === "boolean" || idleTime.check(value) === undefined
        ? undefined
        : `must be true, false or ${idleTime.check(value)!.replace(/^must be /, "")}`,
    value: "true|false|DUR",
    values: ["true", "false"],
    help: "enqueue starts a worker if none lives; it exits after 10m, or DUR, without jobs",
  },
  pause_on_failure: {
    ...flag,
    value: "true|false",
    values: ["true", "false"],
    help: "pause the queue when a job ends dead, unless it was cancelled",
  },
  poll_interval: {
    ...seconds(0.05, 3600),
    value: "DUR",
    help: "how often to poll for changes",
  },
  kill_grace: {
    ...seconds(0, 3600),
    value: "DUR",
    help: "time between SIGTERM and SIGKILL",
  },
  fence_after: {
    ...seconds(3, 86_400),
    value: "DUR",
    help: "kill a worker's jobs if its shared file system hangs so long",
  },
  capture_env: {
    ...flag,
    value: "true|false",
    values: ["true", "false"],
    help: "enqueue, run and schedule add give jobs all variables that are set there",
  },
  secret_names: {
    ...orNone(someText),
    value: "PATTERNS",
    help: "names of variables whose values list, show and the dashboard hide, or none",
  },
  shell: { ...asInJobs("shell"), help: "shell that runs commands and hooks" },
  fsync: {
    ...flag,
    value: "true|false",
    values: ["true", "false"],
    help: "flush each step to disk",
  },
  one_machine: {
    ...flag,
    value: "true|false",
    values: ["true", "false"],
    help: "work on file systems whose locks reach no other machine",
  },
  concurrency: {
    ...orNone(wholeNumber(1, 1024)),
    value: "N",
    help: "jobs running at once over all workers and machines, or none",
  },
  keep_done: {
    ...retention,
    value: "N|DUR|N,DUR",
    help: "done jobs to keep: the newest N, those of the last DUR, or both; none keeps all",
  },
  keep_dead: {
    ...retention,
    value: "N|DUR|N,DUR",
    help: "dead jobs to keep, likewise",
  },
  keep_history: {
    ...retentionAge,
    value: "DUR",
    help: "how long to keep what stats counts, up to 1 GiB, and logs of exited workers",
  },
  on_done: { ...hook, value: "CMD", help: "shell text to run after a job is done" },
  on_dead: { ...hook, value: "CMD", help: "shell text to run after a job is dead" },
  on_failure: {
    ...hook,
    value: "CMD",
    help: "shell text to run after a failed attempt that a retry follows",
  },
};

/** The setting of each `resources.NAME` that was set. */
const RESOURCE: Setting = {
  ...wholeNumber(0, 1024),
  value: "N",
  help: "jobs that may use it at once",
};

/** The settings of each group, by how their keys begin. */
const OF_GROUP: Readonly<Record<string, Setting>> = {
  groups: { ...RESOURCE, help: "jobs of the group that may run at once" },
  paused: { ...flag, value: "true|false", help: "start no job of the group" },
};

/** The setting of a key; `undefined` if there is none. */
export function settingFor(key: string): Setting | undefined {
  if (isResourceKey(key)) return RESOURCE;
  if (isNamedKey(key)) return OF_GROUP[key.split(".")[0]!];
  return Object.hasOwn(SETTINGS, key) ? SETTINGS[key as keyof typeof SETTINGS] : undefined;
}

/**
 * The setting that a user's word names; dashes and underscores are the same.
 *
 * @throws {UsageError} If there is no such setting.
 */
export function configKey(word: string): ConfigKey {
  if (isNamedKey(word)) return word;
  const key = word.replaceAll("-", "_");
  if (Object.hasOwn(SETTINGS, key)) return key as ConfigKey;
  if (word.startsWith("resources.")) {
    throw new UsageError(
      `"${word.slice("resources.".length)}" cannot name a resource: a name has 1 to 64 letters, ` +
        'digits, "_" or "-", and is not "concurrency"',
    );
  }
  const [, prefix, name] = /^(groups|paused)\.(.*)$/s.exec(word) ?? [];
  if (prefix !== undefined) {
    throw new UsageError(
      `"${name}" cannot name a group: a name has 1 to 64 letters, digits, "_" or "-"`,
    );
  }
  throw new UsageError(
    `unknown setting "${word}" (there are: ${CONFIG_KEYS.join(", ")}, resources.NAME, ` +
      "groups.NAME, paused.NAME)",
  );
}

/**
 * The value that a user's word gives a setting.
 *
 * @throws {UsageError} If the setting does not take it; the sentence says what it takes.
 */
export function parseConfigValue(key: ConfigKey, word: string): Config[ConfigKey] {
  const { check, type } = settingFor(key)!;
  const value = valueOf(word, type);
  const fault = check(value);
  if (fault) {
    const spans = type === "span" ? " (or a span such as 90s, 10m or 1h30m)" : "";
    throw new UsageError(`${key} ${fault}${spans}, not "${word}"`);
  }
  return value as Config[ConfigKey];
}

/** The value of a word; the word itself if it is not of that type, for the check to refuse. */
function valueOf(word: string, type: Setting["type"]): unknown {
  const trimmed = word.trim();
  if (trimmed === "none") return null;
  if (type === "text") return word;
  if (trimmed === "null") return null;
  if (trimmed === "true" || trimmed === "false") return trimmed === "true";
  if (/^[+-]?(\d+\.?\d*|\.\d+)$/.test(trimmed)) return Number(trimmed);
  if (type === "size") return bytesInSize(trimmed) ?? word;
  return type === "span" ? secondsInSpan(trimmed) ?? word : trimmed;
}
