/**
 * Live workers that do nothing: their lock is held, but their process is stopped. Nobody takes
 * their jobs meanwhile.
 *
 * @module
 */

import type { WorkerInfo } from "../contents/presence.ts";
import { readProc } from "../fs/proc.ts";

/**
 * Whether the process of a live worker of this machine is stopped: by SIGSTOP, or Ctrl-Z in its
 * terminal.
 *
 * @param host The name of this machine, where processes can be looked at. Default: Deno's.
 *
 * @example
 * ```ts
 * import { isStopped, Queue } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * const stopped = queue.workers().filter((worker) => isStopped(worker));
 * console.log(stopped.map(({ pid }) => `kill -CONT ${pid}`));
 * ```
 */
export function isStopped(
  worker: Pick<WorkerInfo, "host" | "pid">,
  host: string = Deno.hostname(),
): boolean {
  const { pid } = worker;
  if (worker.host !== host || pid <= 0) return false;
  const stat = readProc(pid, "stat") ?? "";
  // The process's name, in parentheses, may contain anything.
  return stat.startsWith(" T ", stat.lastIndexOf(")") + 1);
}

/** What is wrong with a stopped worker, and what to do, in two clauses. */
export function stoppedText(
  { name, pid }: Pick<WorkerInfo, "name" | "pid">,
): [problem: string, remedy: string] {
  return [
    `worker ${name} is stopped (SIGSTOP or Ctrl-Z), and its jobs wait for it`,
    `let it go on: kill -CONT ${pid}; or have others take its jobs: kill -KILL ${pid}`,
  ];
}
