/**
 * Loads the code of a command when it is called.
 *
 * @module
 */

import { later } from "../../text/later.ts";
import type { Command, RunCommand } from "./command.ts";

/** Loads the code of a command: for `worker start` the function `workerStart` in its module. */
export async function loadCommand({ name, module }: Command): Promise<RunCommand> {
  const code = await import(later(`../commands/${module}.ts`));
  return code[name.replace(/[ -](.)/g, (_, letter) => letter.toUpperCase())];
}
