/**
 * One attempt at one job: starts its command, waits for it, ends it when its time is up or it is
 * cancelled, and sends it signals.
 *
 * @module
 */

import type { Claim } from "../moves/claim.ts";
import { logOf, mayTakeLog, takeLog } from "../moves/take_log.ts";
import { inputPath } from "../contents/input_paths.ts";
import { noteTimes } from "../contents/line_times.ts";
import { makeOwnersLog, ownLine } from "../contents/logs.ts";
import { sizeText } from "../text/byte_size.ts";
import { userEnvironment } from "../process/launcher.ts";
import { markSuspended, progressPath, resultPath } from "../contents/job_output_files.ts";
import type { JobRun } from "../process/survivors.ts";
import { putAside, type Store } from "../store/store.ts";
import { startPausableTimer } from "./fetching/long_timer.ts";
import type { AttemptResult } from "./outcome.ts";
import { endGroup, signalGroup } from "../process/signals.ts";
import { SpawnError } from "../process/spawn_error.ts";
import type { Child, Spawner } from "../process/spawner.ts";
import { groupRuns, killSurvivors } from "../process/survivors.ts";

/** A command that runs. */
export interface RunningJob {
  /** The process ID of its shell; 0 if it could not be started. */
  readonly pid: number;
  /** Resolves when the attempt has ended, and no process is left that was to end with it. */
  readonly ended: Promise<AttemptResult>;
  /** Ends the command: SIGTERM, then SIGKILL after `kill_grace`. The first reason counts. */
  end(why: "put back" | "cancelled"): void;
  /**
   * Sends a signal to its process group. From SIGSTOP to SIGCONT the job is suspended: its time
   * limit stands still.
   *
   * @returns Whether that was done; not if it is being ended, or has ended.
   */
  signal(signal: Deno.Signal): boolean;
  /** Lets it go on if it is suspended. */
  resume(): void;
  /** Kills the command at once, and waits for nothing. */
  kill(): void;
}

/** How often to look how much a job with `max_log` has printed, in milliseconds. */
const LOG_LOOK = 100;

/** What marks the processes of a claimed job, once it has been started. */
export function runOf({ id, job }: Claim): JobRun {
  return { id, attempt: job.history.length + 1 };
}

/**
 * A number that grows with each attempt of a job, also of a later one under the same ID.
 */
function fenceOf({ job }: Claim): string {
  return String(BigInt(Date.parse(job.created_at)) * 1000n + BigInt(job.history.length + 1));
}

/** The environment that every job of a worker gets: the user's, and whose job it is. */
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
 * @returns `undefined` if nothing was started, as another worker has the job.
 * @throws {SpawnError} If this machine is short of something, so that it is not the job's fault.
 */
export async function startJob(
  store: Store,
  spawner: Spawner,
  claim: Claim,
  shared: Readonly<Record<string, string>>,
): Promise<RunningJob | undefined> {
  const { job, worker } = claim;
  const startedAt = store.now();
  const begun = performance.now();
  const env: Record<string, string> = {
    // Whose job it is wins over what the job says.
    ...(job.env && { ...job.env, ...whereItRuns(store, worker) }),
    QUEUECTL_JOB_ID: claim.id,
    QUEUECTL_ATTEMPT: String(runOf(claim).attempt),
    QUEUECTL_FENCE: fenceOf(claim),
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

  const taken = takeLog(store, claim);
  if (!taken) return undefined;
  let log = logOf(store, claim);
  let child: Child;
  try {
    const { command, shell, cwd, nice } = job;
    const stdin = job.stdin === true ? inputPath(store, claim.id) : undefined;
    const request = { command, shell, nice, cwd, env, inherited: shared, stdin };
    const start = (isNew: boolean) => {
      log = logOf(store, claim);
      const isLogNew = makeOwnersLog(store, log, isNew);
      return spawner.spawn({ ...request, log, isLogNew });
    };
    const started = await start(taken.isNew).catch((error) => {
      if (!isTaken(error)) throw error;
      return mayTakeLog(store, claim) ? start(false) : undefined;
    }).catch((error) => {
      if (!putAside(store, log)) throw error;
      return start(false);
    });
    if (!started) return undefined;
    child = started;
  } catch (error) {
    if (!(error instanceof SpawnError) || error.temporary) throw error;
    try {
      store.files.append(log, ownLine(error.message));
    } catch {
      // Something that is no file lies in the log's place: then the history alone has the reason.
    }
    const ended = Promise.resolve(result({ reason: error.message }));
    return { pid: 0, ended, end() {}, signal: () => false, resume() {}, kill() {} };
  }

  const noted = job.timestamps === true ? noteTimes(store, job, log) : undefined;
  let stopped: AttemptResult["stopped"];
  let ending: Promise<void> | undefined;
  const end = (why: AttemptResult["stopped"]) => {
    stopped ??= why;
    ending ??= endGroup(child.pid, store.config.kill_grace, () => groupRuns(child.pid))
      .then(() => killSurvivors(worker, [runOf(claim)]));
  };
  const timer = job.timeout === null
    ? undefined
    : startPausableTimer(job.timeout * 1000, () => end("timeout"));
  const limit = job.max_log === undefined ? store.config.max_log : job.max_log;
  const looking = limit === null ? undefined : setInterval(() => {
    if ((sizeOf(store, log) ?? 0) - claim.logOffset > limit) end("output");
  }, LOG_LOOK);
  let isOver = false;
  let isSuspended = false;
  const signal = (signal: Deno.Signal): boolean => {
    if (ending || isOver) return false;
    if (signal === "SIGSTOP") {
      // Said before it is so: a suspended job that nothing shows would puzzle more.
      markSuspended(store, worker, claim.id, true);
      isSuspended = true;
      timer?.pause();
    }
    const exists = signalGroup(child.pid, signal);
    if (signal === "SIGCONT" && isSuspended) {
      isSuspended = false;
      timer?.resume();
      markSuspended(store, worker, claim.id, false);
    }
    return exists;
  };
  const ended = child.exited.then(async (exit) => {
    isOver = true;
    timer?.stop();
    clearInterval(looking);
    await ending;
    noted?.();
    if (isSuspended) unmark(store, claim);
    // Who reads the log on another machine must know how far to read.
    if (stopped !== "output") return result({ exit, stopped, logEnd: sizeOf(store, log) });
    const reason = `it printed more than ${sizeText(limit!)} (max_log), so it was ended`;
    try {
      store.files.append(log, ownLine(reason));
    } catch {
      // The disk is full, most likely; the history has the reason.
    }
    return result({ exit, stopped, reason, logEnd: sizeOf(store, log) });
  });
  return {
    pid: child.pid,
    ended,
    end,
    signal,
    resume() {
      if (isSuspended) signal("SIGCONT");
    },
    kill() {
      timer?.stop();
      clearInterval(looking);
      signalGroup(child.pid, "SIGKILL");
    },
  };
}

/** Whether a command was not started as its log is there already. */
function isTaken(error: unknown): boolean {
  return error instanceof SpawnError && error.code === "EEXIST";
}

/** A job that ended while it was suspended is suspended no more. */
function unmark(store: Store, { worker, id }: Claim): void {
  try {
    markSuspended(store, worker, id, false);
  } catch {
    // How the job ended is recorded all the same; the mark goes with the worker's folder.
  }
}

/** The size of a log, in bytes; `undefined` if it cannot be looked at now. */
function sizeOf({ files }: Store, log: string): number | undefined {
  try {
    return files.stat(log)?.size ?? 0;
  } catch {
    // How the job ended is recorded all the same, once the disk takes it.
    return undefined;
  }
}
