/**
 * Hooks: the commands of the settings `on_done`, `on_dead` and `on_failure`, and of a job's fields
 * of these names, run after a job has ended or waits for its retry. No job waits for a hook. When
 * one has ended, what it printed goes to `hooks.log` in the queue, with a line that says how.
 *
 * @module
 */

import { reasonOf } from "../../text/errors.ts";
import { userEnvironment } from "../../process/launcher.ts";
import { findLog, makeOwnersLog, ownLine } from "../../contents/logs.ts";
import { boundHooksLog, MOST_LOG } from "../../contents/bounded_logs.ts";
import { readTail } from "../../fs/read_tail.ts";
import type { JobState } from "../../format/names.ts";
import type { Settlement } from "../../moves/settle.ts";
import { ifThere, type Store } from "../../store/store.ts";
import { signalGroup } from "../../process/signals.ts";
import type { Spawner } from "../../process/spawner.ts";
import { HookOutput } from "./hook_output.ts";

/** How many hooks run at once; the others wait. */
const AT_ONCE = 8;

/** How many hooks may wait; those beyond are skipped. */
const MOST_WAITING = 10_000;

/** The longest that a hook may run, in milliseconds. */
const LONGEST = 60_000;

/**
 * The longest value of a variable, in bytes: as long as a command may be, less than the kernel
 * allows.
 */
const LONGEST_VALUE = 100 * 1024;

type HookName = "on_done" | "on_dead" | "on_failure";

/** The hook of each state. */
const HOOK_OF: Readonly<Partial<Record<JobState, HookName>>> = {
  done: "on_done",
  dead: "on_dead",
  failed: "on_failure",
};

/** A hook that is to be run. */
interface WaitingHook {
  /** Its setting. */
  readonly name: HookName;
  readonly command: string;
  /** Where; a job's own hook runs where the job did. */
  readonly cwd?: string;
  readonly settlement: Settlement;
}

/** Runs hooks. */
export class Hooks {
  readonly #store: Store;
  readonly #spawner: Spawner;
  readonly #trouble: (message: string) => void;
  readonly #inherited: Readonly<Record<string, string>> = userEnvironment();
  readonly #running = new Set<number>();
  #starting = 0;
  #waiting: WaitingHook[] = [];
  #rested: () => void = () => {};

  /** @param trouble Called when a hook cannot be run, or takes too long. */
  constructor(store: Store, spawner: Spawner, trouble: (message: string) => void) {
    this.#store = store;
    this.#spawner = spawner;
    this.#trouble = trouble;
  }

  /** Runs the hooks for a job that has just been settled: the queue's, then its own. */
  run(settlement: Settlement): void {
    const hook = HOOK_OF[settlement.state];
    if (hook === undefined) return;
    // A job that is put aside unrun, or was put back, has no attempt that failed.
    if (hook === "on_failure" && settlement.job.history.at(-1)?.led_to !== "failed") return;
    const { job } = settlement;
    const ofQueue = this.#store.config[hook];
    if (ofQueue !== null) this.#add({ name: hook, command: ofQueue, settlement });
    const own = job[hook];
    if (own !== undefined) this.#add({ name: hook, command: own, cwd: job.cwd, settlement });
  }

  #add(hook: WaitingHook): void {
    if (this.#waiting.length >= MOST_WAITING) {
      this.#trouble(`hook queue full; skipped hook for ${hook.settlement.job.id}`);
      return;
    }
    this.#waiting.push(hook);
    this.#fill();
  }

  /**
   * Resolves when all hooks have ended.
   *
   * @param grace After so many seconds, kills hooks that run and drops hooks that wait.
   */
  async close(grace: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#rested = resolve;
    if (this.#busy === 0) return;
    const timer = setTimeout(() => {
      const dropped = this.#waiting.length;
      this.#waiting = [];
      const killed = this.#running.size;
      this.#trouble(
        `the worker exits before all hooks have ended: ${killed} killed, ${dropped} not run`,
      );
      for (const group of this.#running) signalGroup(group, "SIGKILL");
    }, grace * 1000);
    await promise;
    clearTimeout(timer);
  }

  get #busy(): number {
    return this.#running.size + this.#starting + this.#waiting.length;
  }

  #fill(): void {
    while (this.#running.size + this.#starting < AT_ONCE) {
      const next = this.#waiting.shift();
      if (!next) break;
      this.#starting++;
      void this.#start(next);
    }
    if (this.#busy === 0) this.#rested();
  }

  async #start({ name, command, cwd, settlement }: WaitingHook): Promise<void> {
    const { id } = settlement.job;
    const log = `${this.#store.dir}/hooks.log`;
    try {
      const stat = this.#store.files.stat(log);
      // Opening a fifo would wait for its reader.
      if (stat && stat.kind !== "file") throw new Error("hooks.log is not a file");
      if (stat && stat.size > MOST_LOG) boundHooksLog(this.#store);
      using output = this.#output(log);
      const child = await this.#spawner.spawn({
        command,
        cwd,
        shell: this.#store.config.shell,
        env: hookEnvironment(this.#store, settlement),
        inherited: this.#inherited,
        log: output?.path ?? log,
      });
      this.#starting--;
      this.#running.add(child.pid);
      const timer = setTimeout(() => {
        this.#trouble(`killed the hook for job ${id} after ${LONGEST / 1000} s`);
        signalGroup(child.pid, "SIGKILL");
      }, LONGEST);
      const { code, signal } = await child.exited;
      clearTimeout(timer);
      this.#running.delete(child.pid);
      this.#record(log, output, `${name} of job ${id}: ${signal ?? `exit ${code}`}`);
    } catch (error) {
      this.#starting--;
      this.#trouble(`cannot start the hook for job ${id}: ${reasonOf(error)}`);
    }
    this.#fill();
  }

  /** A file for what a hook prints; `undefined`, so that it prints to hooks.log, on a full disk. */
  #output(log: string): HookOutput | undefined {
    try {
      return new HookOutput(this.#store);
    } catch {
      makeOwnersLog(this.#store, log, false);
      return undefined;
    }
  }

  /** Puts what a hook printed into hooks.log, and how it ended, in one piece. */
  #record(log: string, output: HookOutput | undefined, end: string): void {
    const { files, now } = this.#store;
    try {
      const last = ifThere(() => readTail(log, 1));
      const isAtStart = !last?.length || last[0] === 10;
      const line = ownLine(`${new Date(now()).toISOString()} ${end}`);
      const text = output?.text() ?? new Uint8Array();
      files.append(log, new Uint8Array([...isAtStart ? [] : [10], ...text, ...line]));
    } catch (error) {
      this.#trouble(`cannot write to hooks.log (${end}): ${reasonOf(error)}`);
    }
  }
}

/**
 * The environment of a hook. QUEUECTL_WORKER is empty: a process that has it and the job's ID
 * counts as the job's, and is killed should the job run again.
 */
function hookEnvironment(store: Store, { job, state }: Settlement): Record<string, string> {
  const attempt = job.history.at(-1);
  const told: Record<string, string> = {
    QUEUECTL_DIR: store.dir,
    QUEUECTL_JOB_ID: job.id,
    QUEUECTL_STATE: state,
    QUEUECTL_COMMAND: job.command,
    QUEUECTL_ATTEMPTS: String(job.attempts),
    QUEUECTL_OUTCOME: attempt?.outcome ?? "",
    QUEUECTL_EXIT_CODE: String(attempt?.exit_code ?? ""),
    QUEUECTL_SIGNAL: attempt?.signal ?? "",
    QUEUECTL_REASON: job.reason ?? attempt?.reason ?? "",
    QUEUECTL_LOG: findLog(store, job.id, state) ?? "",
    QUEUECTL_WORKER: "",
  };
  for (const [name, value] of Object.entries(told)) told[name] = fitted(value);
  return told;
}

/**
 * A text that an environment can hold: NULs replaced, and not too long. A job's file can hold
 * anything.
 */
function fitted(value: string): string {
  const text = value.replaceAll("\0", "\ufffd");
  if (text.length * 3 <= LONGEST_VALUE) return text;
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(LONGEST_VALUE)).read);
}
