/**
 * A worker for one job, where no other is there.
 *
 * @module
 */

import type { Queue } from "../../../queue.ts";
import { reasonOf } from "../../../text/errors.ts";
import type { Worker } from "../../../worker/worker.ts";
import { say } from "../../terminal/output.ts";

/** How often to see whether there are workers, in milliseconds. */
const LOOK_EVERY = 1000;

/**
 * Works one job itself as soon as no worker is alive that would, or at once if a running job waits for it: that one may
 * have the last slot, and its worker wait for it in turn.
 */
export class OwnWorker {
  readonly #queue: Queue;
  readonly #id: string;
  readonly #caller: string | undefined;
  readonly #stopped: () => void;
  #worker: Worker | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #left = false;

  /**
   * @param caller The ID of the running job that waits for this one, if one does.
   * @param stopped Called if the worker is told to stop (`queuectl worker stop`) before the job has ended.
   */
  constructor(queue: Queue, id: string, caller: string | undefined, stopped: () => void) {
    this.#queue = queue;
    this.#id = id;
    this.#caller = caller;
    this.#stopped = stopped;
  }

  /**
   * Begins to work if nobody else does, and from now on sees to it that somebody does.
   *
   * @throws {QueueError} If nobody else does and this user should not work this queue.
   */
  async watch(): Promise<void> {
    if (this.#left || this.#worker) return;
    if (this.#caller !== undefined || !this.#queue.isAttended()) await this.#work();
    else this.#timer = setTimeout(() => this.#watchOn(), LOOK_EVERY);
  }

  /** Puts the job back uncharged if it runs here, and stops watching. */
  async leave(): Promise<void> {
    this.#left = true;
    clearTimeout(this.#timer);
    this.#worker?.stop({ now: true });
    await this.#worker?.finished;
  }

  async #watchOn(): Promise<void> {
    try {
      await this.watch();
    } catch (error) {
      say(`queuectl: ${reasonOf(error)}`);
      this.#stopped();
    }
  }

  async #work(): Promise<void> {
    const { Worker } = await import("../../../worker/worker.ts");
    const worker = new Worker(this.#queue, {
      count: 1,
      only: this.#id,
      partOf: this.#caller,
      onEvent: (event) => {
        if (event.kind === "trouble") say(`queuectl: ${event.message}`);
      },
    });
    await worker.start();
    this.#worker = worker;
    void worker.finished.then((reason) => {
      if (reason !== "ended" && !this.#left) this.#stopped();
    });
    if (this.#left) await this.leave();
  }
}
