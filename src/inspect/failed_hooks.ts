/**
 * Hooks that failed lately, by the records that workers write to hooks.log.
 *
 * @module
 */

import { readTail } from "../fs/read_tail.ts";
import { ifThere, type OpenQueue } from "../store/store.ts";

/** How much of the end of hooks.log is read, in bytes. */
const TAIL = 64 * 1024;

/** What is lately, in milliseconds. */
const LATELY = 24 * 60 * 60 * 1000;

/** A hook that failed. */
export interface FailedHook {
  /** Its name: `on_done`, `on_dead` or `on_failure`. */
  hook: string;
  /** The job that it was run for. */
  job: string;
  /** When it ended, ISO 8601 in UTC. */
  at: string;
  /** How: `exit 127`, `SIGKILL`. */
  how: string;
}

const RECORD = /^queuectl: (\d{4}-\S+Z) (on_[a-z]+) of job (\S+): (.+)$/;

/**
 * The hooks that failed in the last day, oldest first, as far as the end of hooks.log tells.
 *
 * @example
 * ```ts
 * import { failedHooks, Queue } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * for (const { hook, job, how } of failedHooks(queue)) console.log(hook, job, how);
 * ```
 */
export function failedHooks({ store }: OpenQueue): FailedHook[] {
  const bytes = ifThere(() => readTail(`${store.dir}/hooks.log`, TAIL));
  if (!bytes) return [];
  return new TextDecoder().decode(bytes).split("\n").flatMap((line) => {
    const [, at, hook, job, how] = RECORD.exec(line) ?? [];
    if (!at || how === "exit 0" || !(Date.parse(at) > store.now() - LATELY)) return [];
    return [{ hook: hook!, job: job!, at, how: how! }];
  });
}
