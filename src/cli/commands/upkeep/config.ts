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
  isNamedKey,
  isResourceKey,
  parseConfigValue,
} from "../../../format/settings.ts";
import type { Queue } from "../../../queue.ts";
import { UsageError } from "../../../text/errors.ts";
import { quotedWord, visibleText } from "../../../text/shown_text.ts";
import { shellHere } from "../../args/job_options.ts";
import { openOrMakeQueue, openQueue } from "../../args/open_queue.ts";
import { nearestWord } from "../../args/spelling.ts";
import type { Invocation } from "../../table/command.ts";
import { MisspelledError, refuseReplaced } from "../../table/option.ts";
import { note, printJson, printText } from "../../terminal/output.ts";
import { printTable } from "../../terminal/table.ts";
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

/** Resets one setting, or all, to the default. */
export async function configReset(call: Invocation): Promise<void> {
  const keys = call.words[0] === undefined ? undefined : [keyNamed(call.words[0])];
  const queue = await openQueue(call, { evenMisconfigured: true });
  await queue.resetConfig(keys);
  if (call.json) printJson(queue.config());
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
  if (call.json) printJson(queue.config());
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
