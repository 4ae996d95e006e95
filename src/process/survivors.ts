/**
 * Ending what is left of a job's command: processes that left its group, or outlived their worker. Each has
 * QUEUECTL_WORKER, QUEUECTL_JOB_ID and QUEUECTL_ATTEMPT in its environment, so /proc tells whose it is. What a job
 * that has ended left running on purpose, a daemon say, carries the same worker's name and is let be.
 *
 * @module
 */

import { holdProcess } from "./pidfd.ts";
import { lookUp, type Mark, type Process, processesOf } from "./process_table.ts";

/** A run of a job, as its processes are marked. */
export interface JobRun {
  /** The job's ID. */
  id: string;
  /** Which attempt, counting every run; `undefined`: that cannot be told, so any. */
  attempt?: number;
}

/** How often it is looked for more: a process may fork while it is looked for. */
const ROUNDS = 20;

/**
 * Whether any process of a group still runs. One that has ended and that nobody has reaped counts for
 * kill(2), but not here: /proc/PID/stat gives its state as Z.
 */
export async function groupRuns(group: number): Promise<boolean> {
  if (Deno.build.os !== "linux") return true;
  const { success } = await new Deno.Command("/bin/sh", {
    args: ["-c", 'grep -qE "\\) [^ZX] [0-9]+ $0 " /proc/[0-9]*/stat 2>/dev/null', String(group)],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}

/**
 * Kills what is left on this machine of some runs of jobs: every process that carries the worker's name, the job's ID
 * and the number of the attempt, and whatever is in the session of one that does. Looks again until none is left. Never
 * kills this process, who started it, or what shares its session: somebody may call it from within a job.
 *
 * @param worker The worker that ran them.
 * @param runs Which; what other jobs of that worker left is let be.
 */
export async function killSurvivors(worker: string, runs: readonly JobRun[]): Promise<void> {
  if (Deno.build.os !== "linux" || runs.length === 0) return;
  const sessions = new Map<number, string | undefined>();
  for (let round = 0; round < ROUNDS; round++) {
    const { all, marks } = await processesOf(worker);
    const found = survivors(all, marks, runs, sessions);
    if (found.length === 0) return;
    await killEach(found);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/**
 * The processes to be killed.
 *
 * @param sessions The sessions of those runs that are known: when the leader was started, if it was there. It grows.
 */
function survivors(
  all: ReadonlyMap<number, Process>,
  marks: ReadonlyMap<number, Mark>,
  runs: readonly JobRun[],
  sessions: Map<number, string | undefined>,
): Process[] {
  const own = all.get(Deno.pid);
  const ancestors = new Set<number>();
  for (let at = own; at && !ancestors.has(at.pid); at = all.get(at.parent)) ancestors.add(at.pid);
  const isOurs = ({ pid, session }: Process) => session === own?.session || ancestors.has(pid);
  const belongs = ({ pid }: Process) => {
    const mark = marks.get(pid);
    return mark !== undefined &&
      runs.some(({ id, attempt }) =>
        id === mark.id && (attempt === undefined || attempt === mark.attempt)
      );
  };
  const candidates = [...all.values()].filter((process) => process.runs && !isOurs(process));
  const found = new Set(candidates.filter(belongs));
  for (const { session } of found) {
    // 0: the leader is outside of this container.
    if (session > 0 && !sessions.has(session)) sessions.set(session, all.get(session)?.started);
  }
  for (const process of candidates) {
    const { session } = process;
    // A leader that is another than it was has its number anew, and its session with it.
    const isSame = all.get(session) === undefined ||
      all.get(session)!.started === sessions.get(session);
    if (sessions.has(session) && isSame) found.add(process);
  }
  return [...found];
}

/** Kills processes, and none that has got the number of one since it was found. */
async function killEach(found: readonly Process[]): Promise<void> {
  const held = found.map((process) => ({ process, hold: holdProcess(process.pid) }));
  try {
    const now = await lookUp(found.map(({ pid }) => pid));
    for (const { process: { pid, started }, hold } of held) {
      if (now.get(pid)?.started !== started) continue;
      if (hold) hold.kill();
      else killNow(pid);
    }
  } finally {
    for (const { hold } of held) hold?.[Symbol.dispose]();
  }
}

/** Where a process cannot be held: it was the right one a moment ago. */
function killNow(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}
