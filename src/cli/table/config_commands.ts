/**
 * The table's part of settings.
 *
 * @module
 */

import { CONFIG_KEYS, SETTINGS } from "../../format/settings.ts";
import type { Command } from "./command.ts";
import type { Option } from "./option.ts";

/** The option of `config set` for a setting, with the default in its help. */
function settingOption(key: keyof typeof SETTINGS): Option {
  const { value, values, help, default: usual } = SETTINGS[key];
  const standard = key === "backoff_factor" ? "the base" : usual ?? "none";
  return { name: key.replaceAll("_", "-"), value, values, help: `${help} (${standard})` };
}

/** Settings. In the order that the help shows them. */
export const CONFIG_COMMANDS: readonly Command[] = [
  {
    name: "config show",
    module: "upkeep/config",
    summary: "all settings",
    takes: "",
    words: [0, 0],
    options: [],
  },
  {
    name: "config get",
    module: "upkeep/config",
    summary: "one setting",
    takes: "KEY",
    words: [1, 1],
    options: [],
  },
  {
    name: "config set",
    module: "upkeep/config",
    summary: "change settings",
    takes: "[KEY VALUE]",
    words: [0, 2],
    options: CONFIG_KEYS.map(settingOption),
    details: ["How many jobs may use a resource at once: config set resources.NAME N"],
  },
  {
    name: "config reset",
    module: "upkeep/config",
    summary: "give one setting, or all, the default back",
    takes: "[KEY]",
    words: [0, 1],
    options: [],
  },
];
