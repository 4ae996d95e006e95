/**
 * A worker that runs beside a measurement.
 *
 * @module
 */

import { queuectl } from "./measure.ts";

/** A worker process, stopped when it goes out of scope. */
export interface WorkerProcess extends AsyncDisposable {
  /** Its process ID. */
  readonly pid: number;
}

/** Starts a worker and waits until it is live. */
export async function startWorker(dir: string, ...options: string[]): Promise<WorkerProcess> {
  const words = queuectl(dir, "worker", "start", ...options);
  const child = new Deno.Command(words[0]!, {
    args: words.slice(1),
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  while (!hasWorker(dir)) await new Promise((resolve) => setTimeout(resolve, 5));
  return {
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.status;
    },
  };
}

function hasWorker(dir: string): boolean {
  try {
    return [...Deno.readDirSync(`${dir}/workers`)].some(({ name }) => name.endsWith(".json"));
  } catch {
    return false;
  }
}

/**
 * The processor time that a process has used so far, in seconds, and the most memory it has had, in
 * MB.
 */
export async function usageOf(pid: number): Promise<{ cpu: number; memory: number }> {
  // The runtime may not read /proc/PID short of all permissions; the bench has them.
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]);
  return { cpu: (Number(fields[11]) + Number(fields[12])) / 100, memory: peak / 1000 };
}
