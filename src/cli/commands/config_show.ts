/**
 * `queuectl config show`: all settings.
 *
 * @module
 */

import { CONFIG_KEYS, isResourceKey } from "../../queue/config.ts";
import type { Invocation } from "../command.ts";
import { printJson } from "../output.ts";
import { printTable } from "../print_table.ts";
import { settingText } from "../setting_text.ts";
import { visibleText } from "../visible_text.ts";
import { openQueue } from "../open_queue.ts";

/** Prints the settings in force. */
export async function configShow(call: Invocation): Promise<void> {
  const config = (await openQueue(call)).config();
  if (call.json) return printJson(config);
  await printTable({
    head: ["KEY", "VALUE"],
    rows: [...CONFIG_KEYS, ...Object.keys(config).filter(isResourceKey).sort()]
      .map((key) => [key, visibleText(settingText(config[key] ?? null))]),
  });
}
