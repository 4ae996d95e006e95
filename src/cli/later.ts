/**
 * Modules that are read when they are needed.
 *
 * @module
 */

import type { RunCommand } from "./command.ts";

/**
 * The path of a module for an `import` that reads it no sooner than it is reached:
 * `await import(later("./help.ts")) as typeof import("./help.ts")`.
 *
 * A path that stands in the `import` itself the runtime finds before the program begins, and it reads that
 * module, and all that it imports, at every start: for all commands together that takes longer than an
 * `enqueue`. `deno compile` cannot find these paths either: its task names src/cli.
 */
export const later = (path: string): string => path;

/** The code of a command: `worker start` is the function `workerStart` in commands/worker_start.ts. */
export async function loadCommand(name: string): Promise<RunCommand> {
  const [group, ...rest] = name.split(" ") as [string, ...string[]];
  const module = await import(later(`./commands/${[group, ...rest].join("_")}.ts`));
  return module[group + rest.map((word) => word[0]!.toUpperCase() + word.slice(1)).join("")];
}
