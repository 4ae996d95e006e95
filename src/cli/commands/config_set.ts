/**
 * `queuectl config set`: changes settings.
 *
 * @module
 */

import { type Config, CONFIG_KEYS } from "../../queue/config.ts";
import { configKey, parseConfigValue } from "../../queue/settings.ts";
import { UsageError } from "../../queue/errors.ts";
import type { Invocation } from "../command.ts";
import { refuseReplaced } from "../option.ts";
import { printJson } from "../output.ts";
import { openOrMakeQueue } from "../open_queue.ts";

/** Changes settings, all of those given or none: `config set KEY VALUE`, `config set --KEY VALUE …`. */
export async function configSet(call: Invocation): Promise<void> {
  const { options, words } = call;
  const given: [key: string, value: string][] = [];
  for (const key of CONFIG_KEYS) {
    const value = options.text(key.replaceAll("_", "-"));
    if (value !== undefined) given.push([key, value]);
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
    const key = configKey(word);
    refuseReplaced(value, key);
    if (Object.hasOwn(changes, key)) {
      throw new UsageError(`${key} is given twice, and can have one value only`);
    }
    Object.assign(changes, { [key]: parseConfigValue(key, value) });
  }
  const queue = await openOrMakeQueue(call);
  await queue.configure(changes);
  if (call.json) printJson(queue.config());
}
