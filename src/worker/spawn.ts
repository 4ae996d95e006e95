/**
 * Choosing how commands are started: on Linux with glibc by `posix_spawn`, elsewhere by the runtime.
 *
 * @module
 */

import { CommandSpawner } from "./command_spawner.ts";
import { PosixSpawner } from "./posix_spawner.ts";
import type { Spawner } from "./spawner.ts";

/**
 * The fastest spawner that works here.
 *
 * @param portable Whether to do without the C library all the same.
 *
 * @example
 * ```ts
 * import { newSpawner } from "./spawn.ts";
 *
 * const spawner = newSpawner();
 * const child = await spawner.spawn({ command: "date", env: {}, log: "/tmp/date.log" });
 * console.log(await child.exited); // { code: 0, signal: null }
 * spawner.close();
 * ```
 */
export function newSpawner(portable: boolean = false): Spawner {
  if (!portable && Deno.build.os === "linux") {
    try {
      return new PosixSpawner();
    } catch {
      // No permission for it, or another C library.
    }
  }
  return new CommandSpawner();
}
