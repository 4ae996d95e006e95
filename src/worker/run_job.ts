/**
 * One attempt at one job: start its command, wait, end it when its time is up.
 *
 * @module
 */

import { type Claim, takeLog } from "../moves/claim.ts";
import { inputPath } from "../contents/inputs.ts";
import { logName, ownLine } from "../contents/logs.ts";
import { userEnvironment } from "../process/launcher.ts";
import { progressPath, resultPath } from "../contents/job_output_files.ts";
import type { JobRun } from "../process/survivors.ts";
import { pathIn, putAside, type Store } from "../store/store.ts";
import type { AttemptResult } from "./outcome.ts";
import { endGroup, signalGroup } from "../process/signals.ts";
import { SpawnError } from "../process/spawn_error.ts";
import type { Child, Spawner } from "../process/spawner.ts";
import { groupRuns, killSurvivors } from "../process/survivors.ts";

/** The longest that one timer of the runtime waits, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** A job whose command runs. */
export interface RunningJob {
  /** The job. */
  readonly claim: Claim;
  /** The process ID of its shell; 0 if it could not be started. */
  readonly pid: number;
  /** Resolves when the attempt has ended and nothing of it that was to be ended is left. */
  readonly ended: Promise<AttemptResult>;
  /** Ends the command, so that its job can be put back. */
  putBack(): void;
  /** Ends the command for good. */
  cancel(): void;
  /** Kills the command at once, and waits for nothing. */
  kill(): void;
}

/** What marks the processes of a claimed job, once it has been started. */
export function runOf({ id, job }: Claim): JobRun {
  return { id, attempt: job.history.length + 1 };
}

/** The environment that every job of a worker gets: the user's, and what tells whose job it is. */
export function sharedEnvironment(store: Store, worker: string): Record<string, string> {
  return { ...userEnvironment(), ...whereItRuns(store, worker) };
}

function whereItRuns(store: Store, worker: string): Record<string, string> {
  return { QUEUECTL_DIR: store.dir, QUEUECTL_WORKER: worker };
}

/**
 * Starts the command of a claimed job.
 *
 * @param shared What {@linkcode sharedEnvironment} gives; the same object for all.
 * @throws {SpawnError} If this machine is short of something, so that it is not the job's fault.
 */
export async function startJob(
  store: Store,
  spawner: Spawner,
  claim: Claim,
  shared: Readonly<Record<string, string>>,
): Promise<RunningJob> {
  const { job, worker } = claim;
  const log = pathIn(store, "processing", logName(claim.id));
  const startedAt = store.now();
  const begun = performance.now();
  const env: Record<string, string> = {
    // What tells whose a job is wins over what the job says.
    ...(job.env && { ...job.env, ...whereItRuns(store, worker) }),
    QUEUECTL_JOB_ID: claim.id,
    QUEUECTL_ATTEMPT: String(runOf(claim).attempt),
    QUEUECTL_PROGRESS: progressPath(store, worker, claim.id),
    QUEUECTL_RESULT: resultPath(store, worker, claim.id),
  };
  const result = (rest: Partial<AttemptResult>): AttemptResult => ({
    startedAt,
    finishedAt: store.now(),
    duration: performance.now() - begun,
    logEnd: 0,
    ...rest,
  });

  takeLog(store, claim);
  let child: Child;
  try {
    const { command, shell, cwd } = job;
    const stdin = job.stdin === true ? inputPath(store, claim.id) : undefined;
    const request = { command, shell, cwd, env, inherited: shared, stdin, log };
    child = await spawner.spawn(request).catch((error) => {
      if (!putAside(store, log)) throw error;
      return spawner.spawn(request);
    });
  } catch (error) {
    if (!(error instanceof SpawnError) || error.temporary) throw error;
    try {
      store.files.append(log, ownLine(error.message));
    } catch {
      // Something else than a file lies in the log's place: then the history alone has the reason.
    }
    const ended = Promise.resolve(result({ reason: error.message }));
    return { claim, pid: 0, ended, putBack() {}, cancel() {}, kill() {} };
  }

  let stopped: AttemptResult["stopped"];
  let ending: Promise<void> | undefined;
  const end = (why: AttemptResult["stopped"]) => {
    stopped ??= why;
    ending ??= endGroup(child.pid, store.config.kill_grace, () => groupRuns(child.pid))
      .then(() => killSurvivors(worker, [runOf(claim)]));
  };
  const disarm = job.timeout === null
    ? () => {}
    : armTimeout(job.timeout * 1000, () => end("timeout"));
  const ended = child.exited.then(async (exit) => {
    disarm();
    await ending;
    const succeeded = exit.code === 0 && stopped === undefined;
    // Where the output ended matters only if another attempt may follow.
    const logEnd = succeeded ? 0 : store.files.stat(log)?.size ?? 0;
    return result({ exit, stopped, logEnd });
  });
  return {
    claim,
    pid: child.pid,
    ended,
    putBack: () => end("put back"),
    cancel: () => end("cancelled"),
    kill() {
      disarm();
      signalGroup(child.pid, "SIGKILL");
    },
  };
}

/** A timer for any number of milliseconds; returns what stops it. */
function armTimeout(delay: number, expired: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const arm = (left: number) => {
    const wait = Math.min(left, LONGEST_TIMER);
    timer = setTimeout(() => left > wait ? arm(left - wait) : expired(), wait);
  };
  arm(delay);
  return () => clearTimeout(timer);
}
