/**
 * The commands of the settings `on_done` and `on_dead`, run after a job has ended. A job neither waits for
 * one nor hears of it; what they print goes to `hooks.log` in the queue.
 *
 * @module
 */

import { userEnvironment } from "../../process/launcher.ts";
import { findLog } from "../../contents/logs.ts";
import type { Settlement } from "../../moves/settle.ts";
import type { Store } from "../../store/store.ts";
import { signalGroup } from "../../process/signals.ts";
import type { Spawner } from "../../process/spawner.ts";

/** How many of them run at once; the others wait. */
const AT_ONCE = 8;

/** How many may wait; of what ends beyond that nobody is told. */
const MOST_WAITING = 10_000;

/** The longest that one may take, in milliseconds. */
const LONGEST = 60_000;

/** The longest value of a variable, in bytes: as long as a command may be, and shorter than the kernel allows. */
const LONGEST_VALUE = 100 * 1024;

/** Starts hooks. */
export class Hooks {
  readonly #store: Store;
  readonly #spawner: Spawner;
  readonly #trouble: (message: string) => void;
  readonly #inherited: Readonly<Record<string, string>> = userEnvironment();
  readonly #running = new Set<number>();
  #starting = 0;
  #waiting: { command: string; settlement: Settlement }[] = [];
  #rested: () => void = () => {};

  /** @param trouble Called when one cannot be started, or takes too long. */
  constructor(store: Store, spawner: Spawner, trouble: (message: string) => void) {
    this.#store = store;
    this.#spawner = spawner;
    this.#trouble = trouble;
  }

  /** Starts what is set for a job that has just been settled; does nothing where nothing is set. */
  run(settlement: Settlement): void {
    const { on_done, on_dead } = this.#store.config;
    const { state } = settlement;
    const command = state === "done" ? on_done : state === "dead" ? on_dead : null;
    if (command === null) return;
    if (this.#waiting.length >= MOST_WAITING) {
      this.#trouble(`too many hooks wait; none is run for job ${settlement.job.id}`);
      return;
    }
    this.#waiting.push({ command, settlement });
    this.#fill();
  }

  /**
   * Resolves when all have ended.
   *
   * @param grace After so many seconds what still runs is killed, and what waits is dropped.
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
        `the worker leaves before all hooks have ended: ${killed} killed, ${dropped} not run`,
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
      void this.#start(next.command, next.settlement);
    }
    if (this.#busy === 0) this.#rested();
  }

  async #start(command: string, settlement: Settlement): Promise<void> {
    const { id } = settlement.job;
    const log = `${this.#store.dir}/hooks.log`;
    try {
      // To open a fifo is to wait for whoever reads it.
      if ((this.#store.files.stat(log)?.kind ?? "file") !== "file") {
        throw new Error("hooks.log is no file");
      }
      const child = await this.#spawner.spawn({
        command,
        shell: this.#store.config.shell,
        env: hookEnvironment(this.#store, settlement),
        inherited: this.#inherited,
        log,
      });
      this.#starting--;
      this.#running.add(child.pid);
      const timer = setTimeout(() => {
        this.#trouble(`the hook for job ${id} was killed after ${LONGEST / 1000} s`);
        signalGroup(child.pid, "SIGKILL");
      }, LONGEST);
      await child.exited;
      clearTimeout(timer);
      this.#running.delete(child.pid);
    } catch (error) {
      this.#starting--;
      this.#trouble(
        `the hook for job ${id} cannot be started: ${
          error instanceof Error ? error.message : error
        }`,
      );
    }
    this.#fill();
  }
}

/**
 * What a hook is told of its job. Not QUEUECTL_WORKER: what carries that and the job's ID is killed as a
 * remainder of the job should it run again.
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
    QUEUECTL_LOG: findLog(store, job.id, state === "done" ? "done" : "dead") ?? "",
    QUEUECTL_WORKER: "",
  };
  for (const [name, value] of Object.entries(told)) told[name] = fitted(value);
  return told;
}

/** A text that an environment can hold: a NUL replaced, and cut where it is too long. A job's file can say anything. */
function fitted(value: string): string {
  const text = value.replaceAll("\0", "\ufffd");
  if (text.length * 3 <= LONGEST_VALUE) return text;
  return text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(LONGEST_VALUE)).read);
}
