/**
 * A folder for one test, gone when it ends, whatever lies in it by then.
 *
 * @module
 */

import type { Config } from "../../src/format/settings.ts";
import { Queue } from "../../src/queue.ts";

/**
 * Makes a folder. `await using` removes it: with rm(1), as the runtime cannot remove what has a
 * name that is not UTF-8.
 */
export async function scratchFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "queuectl-test-" });
  return {
    path,
    async [Symbol.asyncDispose]() {
      await new Deno.Command("rm", { args: ["-rf", "--", path] }).output();
    },
  };
}

/**
 * Makes a queue in a folder of its own. Not in /dev/shm, where tests that stay in one process have
 * theirs: Deno lets a program with narrow permissions go nowhere below /dev.
 *
 * @param settings What differs from the defaults; `fsync` is off unless it is set here.
 */
export async function scratchQueue(
  settings: Partial<Config> = {},
): Promise<{ queue: Queue; dir: string; path: string } & AsyncDisposable> {
  const scratch = await scratchFolder();
  const queue = await Queue.open(`${scratch.path}/queue`);
  await queue.configure({ fsync: false, ...settings });
  return {
    queue,
    dir: queue.dir,
    path: scratch.path,
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}
