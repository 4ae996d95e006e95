/**
 * Killing the survivors of a job's command: processes that left its group, or outlived their
 * worker. Each has QUEUECTL_WORKER, QUEUECTL_JOB_ID and QUEUECTL_ATTEMPT in its environment, so
 * /proc shows its job. A process that a finished job left running on purpose, such as a daemon, has
 * another job ID or attempt and stays.
 *
 * @module
 */

import { openProcess } from "./pidfd.ts";
import {
  type Mark,
  type Process,
  processesOf,
  processesWith,
  readProcesses,
} from "./process_table.ts";

/** A run of a job, as its processes are marked. */
export interface JobRun {
  /** The job's ID. */
  id: string;
  /** Which attempt, counting every run; `undefined` means unknown, so any. */
  attempt?: number;
}

/** How often to look: a process may fork meanwhile. */
const ROUNDS = 20;

/**
 * Whether any process of a group still runs. A process that has ended and was not reaped counts for
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
 * Kills the survivors of some runs on this machine: each process marked with the worker, the job's
 * ID and the attempt, and all others in its session. Looks again until none is left.
 *
 * Never kills this process, its ancestors or its session: the call may come from within a job.
 *
 * @param worker The worker that ran them.
 * @param runs Which runs; survivors of the worker's other jobs stay.
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

/** The runs of a queue's jobs of which this machine has processes, by worker. */
export async function runsHere(queue: string): Promise<Map<string, JobRun[]>> {
  if (Deno.build.os !== "linux") return new Map();
  const { marks } = await processesWith(`QUEUECTL_DIR=${queue}`);
  const runs = new Map<string, Map<string, JobRun>>();
  for (const { worker, id, attempt } of marks.values()) {
    const ofWorker = runs.get(worker) ?? new Map<string, JobRun>();
    runs.set(worker, ofWorker.set(`${id}/${attempt}`, { id, attempt }));
  }
  return new Map([...runs].map(([worker, ofWorker]) => [worker, [...ofWorker.values()]]));
}

/** A process that leads the group of a job's command. */
export interface CommandGroup {
  /** The worker that started it. */
  worker: string;
  /** The job's ID. */
  id: string;
  /** Its number, which is the group's too. */
  pid: number;
}

/** The process groups that run a queue's jobs on this machine. */
export async function groupsHere(queue: string): Promise<CommandGroup[]> {
  if (Deno.build.os !== "linux") return [];
  const { all, marks } = await processesWith(`QUEUECTL_DIR=${queue}`);
  return [...marks].flatMap(([pid, { worker, id }]) => {
    const process = all.get(pid);
    if (!process?.runs || process.group !== pid) return [];
    // What the command has started may lead groups too.
    return marks.get(process.parent)?.id === id ? [] : [{ worker, id, pid }];
  });
}

/**
 * The process group that runs a job on this machine; `undefined` if none does.
 *
 * @param worker The worker that runs it.
 * @param id The job's whole ID.
 */
export async function groupOf(worker: string, id: string): Promise<number | undefined> {
  if (Deno.build.os !== "linux") return undefined;
  const { all, marks } = await processesOf(worker);
  const own = [...marks].filter(([, mark]) => mark.id === id).map(([pid]) => all.get(pid));
  // The command leads its group; what it has started may lead others.
  return own.find((process) => process?.runs && process.pid === process.group)?.group;
}

/**
 * The processes to kill.
 *
 * @param sessions The known sessions of the runs, with the start time of the leader if it was
 * alive; grows here.
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
    // 0 means that the leader is outside this container.
    if (session > 0 && !sessions.has(session)) sessions.set(session, all.get(session)?.started);
  }
  for (const process of candidates) {
    const { session } = process;
    // Another leader has got the number since, and so its session is another.
    const isSame = all.get(session) === undefined ||
      all.get(session)!.started === sessions.get(session);
    if (sessions.has(session) && isSame) found.add(process);
  }
  return [...found];
}

/** Kills processes, but none that has got the number of one since. */
async function killEach(found: readonly Process[]): Promise<void> {
  const held = found.map((process) => ({ process, reference: openProcess(process.pid) }));
  try {
    const now = await readProcesses(found.map(({ pid }) => pid));
    for (const { process: { pid, started }, reference } of held) {
      if (now.get(pid)?.started !== started) continue;
      if (reference) reference.kill();
      else killNow(pid);
    }
  } finally {
    for (const { reference } of held) reference?.[Symbol.dispose]();
  }
}

/** For a system without process references: the number was right a moment ago. */
function killNow(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}
