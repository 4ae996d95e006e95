/**
 * The file config.json: the settings that differ from their defaults.
 *
 * @module
 */

import type { FilePort } from "../fs/file_port.ts";
import { isObject } from "../format/field_checks.ts";
import { type Config, configKey, settingFor } from "../format/settings.ts";
import { NotDurableError, QueueError, UsageError } from "../text/errors.ts";
import { syncPaths, temporaryPath } from "./store.ts";
import { fileDistrust } from "./trust.ts";

/**
 * Reads the settings of a queue that differ from their defaults.
 *
 * @param owner The owner of the queue: a file that another user can write is refused, for settings
 * name commands to run.
 * @throws {QueueError} If config.json is not such as `config set` writes.
 */
export function readConfig(files: FilePort, dir: string, owner: number | null): Partial<Config> {
  const path = `${dir}/config.json`;
  // First, because each worker reads it again and again, and an exception costs more.
  const stat = files.stat(path);
  if (!stat) return {};
  const distrust = fileDistrust(stat, owner);
  if (distrust !== undefined) {
    throw new QueueError(
      `the settings in ${path} are not used, as ${distrust}; look at what they say, then take the ` +
        "file over or remove it",
    );
  }
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
    throw new QueueError(`${path} is not JSON; fix it, or remove it for the defaults`);
  }
  if (!isObject(set)) {
    throw new QueueError(`${path} is not a JSON object; fix it, or remove it for the defaults`);
  }
  const config: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(set)) {
    const setting = settingFor(key);
    if (!setting) continue;
    const fault = setting.check(value);
    if (fault) throw new QueueError(`${path}: ${key} ${fault}, not ${JSON.stringify(value)}`);
    config[key] = value;
  }
  return config as Partial<Config>;
}

/**
 * Replaces the settings of a queue, whole or not at all.
 *
 * @param set All settings that are to differ from their defaults.
 * @throws {UsageError} If a setting does not take its value; the sentence says what it takes.
 */
export async function writeConfig(
  files: FilePort,
  dir: string,
  set: Partial<Config>,
): Promise<void> {
  for (const [key, value] of Object.entries(set)) {
    const fault = value === undefined ? undefined : settingFor(configKey(key))!.check(value);
    if (fault) throw new UsageError(`${key} ${fault}, not ${JSON.stringify(value)}`);
  }
  const path = temporaryPath({ dir }, "config-");
  files.create(path, new TextEncoder().encode(JSON.stringify(set, null, 2) + "\n"));
  await files.sync([path]);
  files.rename(path, `${dir}/config.json`);
  try {
    await syncPaths(files, [dir]);
  } catch {
    throw new NotDurableError("the settings were changed", [dir]);
  }
}
