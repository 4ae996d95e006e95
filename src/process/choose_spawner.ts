/**
 * Choosing how to start commands: on Linux with glibc by `posix_spawn`, elsewhere by the runtime.
 *
 * @module
 */

import { libc } from "../fs/libc.ts";
import { CommandSpawner } from "./command_spawner.ts";
import { PosixSpawner } from "./posix_spawner.ts";
import type { Spawner } from "./spawner.ts";

/** Which spawner {@linkcode newSpawner} returns. */
export interface SpawnerOptions {
  /**
   * Whether a start may block the whole program until the command's shell runs: for a program that
   * runs one command at a time, a short one then takes a seventh less CPU time. Default: no.
   */
  inline?: boolean;
  /** The commands' soft limit of open files. Default: that of this process. */
  openFiles?: number;
  /** Whether to do without the C library even where it can be opened. Default: no. */
  portable?: boolean;
}

/**
 * The fastest spawner that works here.
 *
 * @example
 * ```ts
 * import { newSpawner } from "./choose_spawner.ts";
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
  if (!portable && libc()) {
    try {
      return new PosixSpawner(inline, openFiles);
    } catch {
      // The C library lacks a function.
    }
  }
  return new CommandSpawner(openFiles);
}
