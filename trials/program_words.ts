/**
 * Starting the real program.
 *
 * @module
 */

import { PERMISSIONS } from "../src/cli/commands/workers/permissions.ts";

const PROGRAM = new URL("../src/cli/main.ts", import.meta.url).pathname;

/**
 * The words that start queuectl from its source, with the permissions that it is documented to
 * need.
 */
export function programWords(...args: readonly string[]): [string, ...string[]] {
  return [Deno.execPath(), "run", "--quiet", "--no-prompt", ...PERMISSIONS, PROGRAM, ...args];
}
