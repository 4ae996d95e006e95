/**
 * `queuectl config get`: one setting.
 *
 * @module
 */

import { configKey } from "../../../format/settings.ts";
import type { Invocation } from "../../table/command.ts";
import { printJson, printText } from "../../terminal/output.ts";
import { settingText } from "./setting_text.ts";
import { openQueue } from "../../args/open_queue.ts";

/** Prints the value of a setting that is in force. */
export async function configGet(call: Invocation): Promise<void> {
  const key = configKey(call.words[0]!);
  const value = (await openQueue(call)).config()[key];
  if (call.json) printJson(value ?? null);
  else printText(settingText(value ?? null));
}
