/**
 * Live workers that do nothing: their lock is held, but their process is stopped, or their machine
 * gives no signs of life. Nobody takes their jobs meanwhile.
 *
 * @module
 */

import { presenceStat, type WorkerInfo } from "../contents/presence.ts";
import { readProc } from "../fs/proc.ts";
import type { OpenQueue } from "../store/store.ts";

/** Why a live worker does nothing, as far as this machine knows. */
export interface Silence {
  /** Its process is stopped: by SIGSTOP, or Ctrl-Z in its terminal. */
  stopped?: true;
  /** For how many seconds it has given no sign of life, where other machines may take its jobs. */
  silent_for?: number;
}

/** The shortest silence that counts, in seconds: signs come each second, and clocks differ. */
const SILENT = 15;

/**
 * Why a live worker does nothing.
 *
 * @param host The name of this machine, where processes can be looked at. Default: its own.
 *
 * @example
 * ```ts
 * import { Queue, silenceOf } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * const stopped = queue.workers().filter((worker) => silenceOf(queue, worker).stopped);
 * console.log(stopped.map(({ pid }) => `kill -CONT ${pid}`));
 * ```
 */
export function silenceOf(
  { store }: OpenQueue,
  worker: Pick<WorkerInfo, "name" | "host" | "pid" | "version">,
  host: string = Deno.hostname(),
): Silence {
  const { name, pid, version } = worker;
  // The process's name in parentheses may contain anything.
  if (worker.host === host && pid > 0 && /.*\) T /s.test(readProc(pid, "stat") ?? "")) {
    return { stopped: true };
  }
  // On a local disk workers give no signs, nor do those of version 0.1.
  if (store.files.isLocal(store.dir) || version.startsWith("0.1.")) return {};
  const sign = presenceStat(store, name)?.mtime ?? store.now();
  const seconds = Math.round((store.now() - sign) / 1000);
  return seconds < SILENT ? {} : { silent_for: seconds };
}

/** What a silence is, and what to do, in two clauses; `undefined` if there is none. */
export function silenceText(
  { stopped, silent_for }: Silence,
  { name, pid }: Pick<WorkerInfo, "name" | "pid">,
): [problem: string, remedy: string] | undefined {
  if (stopped) {
    return [
      `worker ${name} is stopped (SIGSTOP or Ctrl-Z), and its jobs wait for it`,
      `let it go on: kill -CONT ${pid}; or have others take its jobs: kill -KILL ${pid}`,
    ];
  }
  if (silent_for === undefined) return undefined;
  return [
    `worker ${name} has given no sign of life for ${silent_for} s`,
    `look at its machine; if that is gone for good: queuectl worker forget ${name}`,
  ];
}
