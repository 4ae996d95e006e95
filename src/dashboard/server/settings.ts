/**
 * The queue's settings, with what each means.
 *
 * @module
 */

import {
  type Config,
  CONFIG_KEYS,
  configKey,
  DEFAULTS,
  isNamedKey,
  isResourceKey,
  parseConfigValue,
  type Queue,
  settingFor,
  SETTINGS,
  UsageError,
} from "../../../mod.ts";
import type { SettingRow } from "../api.ts";
import { objectBody } from "./body.ts";

/** All settings, as the help shows them; then those of resources and groups. */
export function settingRows(queue: Queue): SettingRow[] {
  const config = queue.config();
  const set = setKeys(queue);
  const plain = CONFIG_KEYS.map((key): SettingRow => ({
    key,
    value: config[key],
    usual: key === "backoff_factor" ? "backoff_base" : String(DEFAULTS[key] ?? "none"),
    is_set: set.has(key),
    help: SETTINGS[key].help,
  }));
  const named = Object.keys(config).filter(isNamedKey).sort().map((key): SettingRow => ({
    key,
    value: config[key]!,
    usual: "none",
    is_set: true,
    help: isResourceKey(key)
      ? `jobs that may use ${key.slice("resources.".length)} at once`
      : settingFor(key)!.help,
  }));
  return [...plain, ...named];
}

/** The settings that the queue's file has. */
function setKeys(queue: Queue): Set<string> {
  try {
    return new Set(Object.keys(JSON.parse(Deno.readTextFileSync(`${queue.dir}/config.json`))));
  } catch {
    // Without a file nothing is set.
    return new Set();
  }
}

/** Sets the settings of `set` and resets those of `reset`, after it has checked all of them. */
export async function changeSettings(queue: Queue, body: unknown): Promise<void> {
  const { set = {}, reset = [] } = objectBody(body);
  if (!Array.isArray(reset)) throw new UsageError("reset must be an array of settings");
  const keys = reset.map((key) => configKey(String(key)));
  const changes: Partial<Config> = {};
  for (const [word, value] of Object.entries(objectBody(set))) {
    if (typeof value === "object" && value !== null) {
      throw new UsageError(`${word} must be text, a number, true, false or null`);
    }
    const key = configKey(word);
    if (keys.includes(key)) throw new UsageError(`${key} cannot be set and reset at once`);
    Object.assign(changes, { [key]: parseConfigValue(key, String(value ?? "none")) });
  }
  if (Object.keys(changes).length === 0 && keys.length === 0) {
    throw new UsageError("give set, reset or both");
  }
  if (Object.keys(changes).length > 0) await queue.configure(changes);
  if (keys.length > 0) await queue.resetConfig(keys);
}
