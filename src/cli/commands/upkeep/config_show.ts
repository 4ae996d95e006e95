/**
 * `queuectl config show`: all settings.
 *
 * @module
 */

import { CONFIG_KEYS, isResourceKey } from "../../../format/config.ts";
import type { Invocation } from "../../table/command.ts";
import { printJson } from "../../terminal/output.ts";
import { printTable } from "../../terminal/print_table.ts";
import { settingText } from "./setting_text.ts";
import { visibleText } from "../../terminal/visible_text.ts";
import { openQueue } from "../../args/open_queue.ts";

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
