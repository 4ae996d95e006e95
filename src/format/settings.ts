/**
 * The table of settings: what each one takes.
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
import { UsageError } from "../text/errors.ts";
import {
  type Check,
  flag,
  JOB_FIELDS,
  number,
  orNone,
  seconds,
  wholeNumber,
} from "./job_fields.ts";
import { retentionOf } from "./retention.ts";
import { secondsInSpan } from "../text/time_span.ts";

/** A setting: what it takes, and how it is told of in the help. */
export interface Setting {
  /** What may be its value. */
  readonly check: Check;
  /** How a word becomes its value: as it is (`5` is the text 5), or as a number, a span, a flag. */
  readonly type: "text" | "number" | "span" | "flag";
  /** What its value is called in the help. */
  readonly value: string;
  /** What its value can be, for completions. */
  readonly values?: readonly string[];
  /** What it does, in a few words. The default is in config.ts. */
  readonly help: string;
}

const retention: Check = (value) =>
  value === null || retentionOf(value) !== undefined
    ? undefined
    : "must be a number of jobs such as 1000, a span such as 7d or 12h, or none";

const hook: Check = (value) =>
  typeof value === "string" && value.trim() !== "" && value.length <= 100_000 &&
    !value.includes("\0")
    ? undefined
    : "must be shell text of at most 100 KB";

/** What a setting takes that a job can have for itself: the same. */
function asInJobs(field: string): Pick<Setting, "check" | "type"> {
  const { check, type = "text" } = JOB_FIELDS.get(field)!;
  return { check, type };
}

/** All settings but those of resources. Whoever adds one adds it here, and its type and default in config.ts. */
export const SETTINGS: Readonly<Record<Exclude<ConfigKey, ResourceKey>, Setting>> = {
  max_retries: {
    ...asInJobs("max_retries"),
    value: "N",
    help: "how often a failed job is run again",
  },
  backoff_base: { ...asInJobs("backoff_base"), value: "DUR", help: "before the first retry" },
  backoff_factor: {
    ...asInJobs("backoff_factor"),
    value: "N",
    help: "what each further delay is multiplied by",
  },
  backoff_max: { check: seconds(0), type: "span", value: "DUR", help: "no delay is longer" },
  jitter: {
    check: number(0, 1),
    type: "number",
    value: "0-1",
    help: "share of a delay by which it is spread",
  },
  timeout: { ...asInJobs("timeout"), value: "DUR", help: "what an attempt may take, or none" },
  worker_count: {
    check: wholeNumber(1, 1024),
    type: "number",
    value: "N",
    help: "jobs that a worker runs at once",
  },
  poll_interval: {
    check: seconds(0.05, 3600),
    type: "span",
    value: "DUR",
    help: "between looks at what no event told of",
  },
  kill_grace: {
    check: seconds(0, 3600),
    type: "span",
    value: "DUR",
    help: "between SIGTERM and SIGKILL",
  },
  shell: {
    ...asInJobs("shell"),
    value: "PATH",
    help: "what commands and hooks are given to",
  },
  fsync: {
    check: flag,
    type: "flag",
    value: "true|false",
    values: ["true", "false"],
    help: "flush each step to disk",
  },
  concurrency: {
    check: orNone(wholeNumber(1, 1024)),
    type: "number",
    value: "N",
    help: "jobs at once over all workers and machines, or none",
  },
  keep_done: {
    check: retention,
    type: "number",
    value: "N|DUR",
    help: "how much of done/ stays: 1000, 7d, or none: all",
  },
  keep_dead: {
    check: retention,
    type: "number",
    value: "N|DUR",
    help: "how much of dead/ stays, likewise",
  },
  on_done: {
    check: orNone(hook),
    type: "text",
    value: "CMD",
    help: "shell text that is run after a job is done",
  },
  on_dead: {
    check: orNone(hook),
    type: "text",
    value: "CMD",
    help: "shell text that is run after a job is dead",
  },
};

/** What each `resources.NAME` takes. There is none unless it was set. */
const RESOURCE: Setting = {
  check: wholeNumber(0, 1024),
  type: "number",
  value: "N",
  help: "jobs that may use it at once",
};

export function settingFor(key: string): Setting | undefined {
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
  const { check, type } = settingFor(key)!;
  const value = valueOf(word, type);
  const fault = check(value);
  if (fault) {
    const spans = type === "span" ? " (or a span such as 90s, 10m or 1h30m)" : "";
    throw new UsageError(`${key} ${fault}${spans}, not "${word}"`);
  }
  return value as Config[ConfigKey];
}

/** The value that a word is; itself if it is none of that type, for the check to refuse. */
function valueOf(word: string, type: Setting["type"]): unknown {
  const trimmed = word.trim();
  if (trimmed === "none") return null;
  if (type === "text") return word;
  if (trimmed === "null") return null;
  if (trimmed === "true" || trimmed === "false") return trimmed === "true";
  if (/^[+-]?(\d+\.?\d*|\.\d+)$/.test(trimmed)) return Number(trimmed);
  return type === "span" ? secondsInSpan(trimmed) ?? word : trimmed;
}
