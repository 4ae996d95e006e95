/**
 * The worker inside `queuectl run`, for its one job.
 *
 * @module
 */

import type { JobFields } from "../../../format/job_fields.ts";
import { mayRunAt, whereOf, whereText } from "../../../format/placement.ts";
import type { Queue } from "../../../queue.ts";
import { reasonOf } from "../../../text/errors.ts";
import { Worker } from "../../../worker/worker.ts";
import { ownTags } from "../../args/worker_tags.ts";
import { note } from "../../terminal/output.ts";

/** How often to check whether workers are alive, in milliseconds. */
const LOOK_EVERY = 1000;

/**
 * Runs one job itself as soon as no worker is alive that would, unless it may only run elsewhere.
 * At once if a running job waits for it: that job may hold the last slot of the worker that would
 * run it.
 */
export class OwnWorker {
  readonly #queue: Queue;
  readonly #id: string;
  readonly #placing: Pick<JobFields, "host" | "on">;
  readonly #tags = ownTags();
  readonly #caller: string | undefined;
  readonly #stopped: () => void;
  #worker: Worker | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #left = false;

  /**
   * @param job The job: its ID, and where it may run.
   * @param caller The ID of the running job that waits for this one, if one does.
   * @param stopped Called if `queuectl worker stop` ends the worker before the job has ended.
   */
  constructor(
    queue: Queue,
    job: Pick<JobFields, "host" | "on"> & { id: string },
    caller: string | undefined,
    stopped: () => void,
  ) {
    this.#queue = queue;
    this.#id = job.id;
    this.#placing = job;
    this.#caller = caller;
    this.#stopped = stopped;
  }

  /**
   * Runs the job if no worker does, now or later.
   *
   * @throws {QueueError} If no worker does and this user must not work this queue.
   */
  async watch(): Promise<void> {
    if (this.#left) return;
    const isAttended = this.#queue.isAttended(undefined, this.#placing);
    const where = whereOf(this.#placing);
    if (!mayRunAt(where, { host: Deno.hostname(), tags: this.#tags })) {
      if (!isAttended) {
        return note(`job ${this.#id} waits for a worker ${whereText(where)}; none is alive`);
      }
    } else if (this.#caller !== undefined || !isAttended) return await this.#work();
    this.#timer = setTimeout(() => this.#watchOn(), LOOK_EVERY);
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
      note(reasonOf(error));
      this.#stopped();
    }
  }

  async #work(): Promise<void> {
    const worker = new Worker(this.#queue, {
      count: 1,
      tags: this.#tags,
      only: this.#id,
      partOf: this.#caller,
      onEvent: (event) => event.kind === "trouble" && note(event.message),
    });
    await worker.start();
    this.#worker = worker;
    void worker.finished.then((reason) => {
      if (reason !== "ended" && !this.#left) this.#stopped();
    });
    if (this.#left) await this.leave();
  }
}
