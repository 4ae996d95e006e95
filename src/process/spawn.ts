/**
 * Choosing how commands are started: on Linux with glibc by `posix_spawn`, elsewhere by the runtime.
 *
 * @module
 */

import { CommandSpawner } from "./command_spawner.ts";
import { PosixSpawner } from "./posix_spawner.ts";
import type { Spawner } from "./spawner.ts";

/** Which spawner is wanted. */
export interface SpawnerOptions {
  /**
   * Whether {@linkcode Spawner.spawn} may keep the whole program waiting until the command's shell runs. For a short
   * command that takes a seventh less of the machine than to have it done on another thread. It is for who has one
   * command at a time and nothing else to do. Default: no.
   */
  inline?: boolean;
  /** The soft limit of open files that commands are to have. Default: that of this process. */
  openFiles?: number;
  /** Whether to do without the C library even where it can be had. Default: no. */
  portable?: boolean;
}

/**
 * The fastest spawner that works here.
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
export function newSpawner(
  { inline = false, openFiles, portable = false }: SpawnerOptions = {},
): Spawner {
  if (!portable && Deno.build.os === "linux") {
    try {
      return new PosixSpawner(inline, openFiles);
    } catch {
      // No permission for it, or another C library.
    }
  }
  return new CommandSpawner(openFiles);
}
