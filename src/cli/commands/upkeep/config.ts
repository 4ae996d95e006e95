/**
 * `queuectl config show`, `get`, `set` and `reset`: the queue's settings.
 *
 * @module
 */

import {
  type Config,
  CONFIG_KEYS,
  type ConfigKey,
  configKey,
  DEFAULTS,
  isNamedKey,
  isResourceKey,
  parseConfigValue,
} from "../../../format/settings.ts";
import { pruneJobs, pruningOf } from "../../../moves/prune.ts";
import type { Queue } from "../../../queue.ts";
import { QueueError, UsageError } from "../../../text/errors.ts";
import { quotedWord, visibleText } from "../../../text/shown_text.ts";
import { shellHere } from "../../args/job_options.ts";
import { openOrMakeQueue, openQueue } from "../../args/open_queue.ts";
import { isAgreed, needYes } from "../../args/selection.ts";
import { nearestWord } from "../../args/spelling.ts";
import type { Invocation } from "../../table/command.ts";
import { MisspelledError, refuseReplaced } from "../../table/option.ts";
import { note, printJson, printText, say } from "../../terminal/output.ts";
import { printTable } from "../../terminal/table.ts";
import { counted } from "../../text/counted.ts";
import { jobsBeyond } from "../../../constraints/needs.ts";

/** Prints the settings in force. */
export async function configShow(call: Invocation): Promise<void> {
  const config = (await openQueue(call)).config();
  if (call.json) return printJson(config);
  printTable({
    head: ["KEY", "VALUE"],
    rows: [...CONFIG_KEYS, ...Object.keys(config).filter(isNamedKey).sort()]
      .map((key) => [key, visibleText(settingText(config[key]))]),
  });
}

/** Prints the value of one setting that is in force. */
export async function configGet(call: Invocation): Promise<void> {
  const key = keyNamed(call.words[0]!);
  const value = (await openQueue(call)).config()[key];
  if (call.json) printJson(value ?? null);
  else printText(settingText(value));
}

/** @throws {UsageError} If there is no such setting; the report guesses which was meant. */
function keyNamed(word: string): ConfigKey {
  try {
    return configKey(word);
  } catch (error) {
    const near = word.toLowerCase().replaceAll("-", "_");
    if (!nearestWord(near, CONFIG_KEYS)) throw error;
    throw new MisspelledError(`unknown setting "${word}"`, near, CONFIG_KEYS, "");
  }
}

/** The value of a setting as `config set` takes it. */
function settingText(value: Config[keyof Config] | undefined): string {
  return String(value ?? "none");
}

/**
 * Resets one setting, or all, to the default. Before all it asks on a terminal; elsewhere it needs
 * `--yes`.
 *
 * @returns The exit status: 1 if the person said no.
 */
export async function configReset(call: Invocation): Promise<number> {
  const keys = call.words[0] === undefined ? undefined : [keyNamed(call.words[0])];
  if (!keys) needYes(call, "resetting all settings");
  const queue = await openQueue(call, { evenMisconfigured: true });
  const all = keys ? "" : changedSettings(queue);
  if (all !== "" && !isAgreed(call, `Reset ${all}?`)) return 1;
  await queue.resetConfig(keys);
  if (call.json) printJson(queue.config());
  else if (!keys) say(all === "" ? "all settings have their defaults already" : `reset ${all}`);
  return 0;
}

/** The settings that differ from their defaults, as a part of a sentence; empty for none. */
function changedSettings(queue: Queue): string {
  let config: Config;
  try {
    config = queue.config();
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    return "all settings, which cannot be read";
  }
  const defaults: Record<string, unknown> = { ...DEFAULTS, backoff_factor: config.backoff_base };
  const changed = (Object.keys(config) as ConfigKey[])
    .filter((key) => config[key] !== defaults[key]);
  return changed.length === 0
    ? ""
    : `${counted(changed.length, "setting")} (${visibleText(changed.join(", "))})`;
}

/** Changes all given settings or none: `config set KEY VALUE`, `config set --KEY VALUE …`. */
export async function configSet(call: Invocation): Promise<void> {
  const { options, words } = call;
  const given: [key: string, value: string][] = [];
  for (const key of CONFIG_KEYS) {
    const value = options.text(key.replaceAll("_", "-"));
    if (value !== undefined) given.push([key, value]);
  }
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(words[0] ?? "") ?? [];
  if (words.length === 1 && key !== undefined) {
    throw new UsageError(
      `the value of ${keyNamed(key)} is a word of its own: queuectl config set ${key} ${
        quotedWord(value!)
      }`,
    );
  }
  if (words.length === 1) {
    throw new UsageError(`config set ${words[0]} needs a value (see: queuectl config set --help)`);
  }
  if (words.length === 2) given.push([words[0]!, words[1]!]);
  if (given.length === 0) {
    throw new UsageError("config set needs a key and a value, such as: config set max_retries 5");
  }
  const changes: Partial<Config> = {};
  for (const [word, value] of given) {
    const key = keyNamed(word);
    refuseReplaced(value, key);
    if (Object.hasOwn(changes, key)) {
      throw new UsageError(`${key} is given twice; give one value`);
    }
    if (key === "shell") shellHere(value, key);
    Object.assign(changes, { [key]: parseConfigValue(key, value) });
  }
  const queue = await openOrMakeQueue(call);
  const before = queue.config();
  await queue.configure(changes);
  for (const key of Object.keys(changes).filter(isResourceKey)) {
    if ((before[key] ?? 0) > changes[key]!) noteStuckJobs(queue, key.slice("resources.".length));
  }
  for (const state of ["done", "dead"] as const) {
    const keep = changes[`keep_${state}`];
    if (keep !== undefined && keep !== before[`keep_${state}`]) {
      await noteJobsTooMany(queue, state, keep);
    }
  }
  if (call.json) printJson(queue.config());
}

/** Notes how many jobs a worker will remove by a new `keep_done` or `keep_dead`. */
async function noteJobsTooMany(
  queue: Queue,
  state: "done" | "dead",
  keep: Config["keep_done"],
): Promise<void> {
  const pruning = pruningOf(state, keep);
  if (!pruning) return;
  const { removed } = await pruneJobs(queue.store, { ...pruning, dryRun: true });
  if (removed[state] === 0) return;
  note(
    `${counted(removed[state], `${state} job`)} ${removed[state] === 1 ? "is" : "are"} beyond ` +
      `keep_${state}: a worker removes them and their output ` +
      `(to keep all: queuectl config set keep_${state} none)`,
  );
}

/** Notes the jobs that cannot run any more, because a resource has too few places now. */
function noteStuckJobs(queue: Queue, resource: string): void {
  const ids = jobsBeyond(queue.store, resource);
  if (ids.length === 0) return;
  const jobs = ids.length === 1 ? `job ${ids[0]}` : `${ids.length} jobs`;
  note(
    `${jobs} cannot run: too few places of ${resource} (see: queuectl show ${quotedWord(ids[0]!)})`,
  );
}
