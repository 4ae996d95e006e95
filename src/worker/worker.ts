/**
 * A worker: claims what is ready, runs it, settles it, and looks after the jobs of workers that died.
 *
 * @module
 */

import { QueueError } from "../queue/errors.ts";
import { distrust, reasonOf } from "../queue/open_store.ts";
import { arrive, type Presence, stopRequested } from "../queue/presence.ts";
import type { Queue } from "../queue/queue.ts";
import { recoverDeadWorkers, removeStrays } from "../queue/recover.ts";
import type { Store } from "../queue/store.ts";
import { type Change, watchQueue } from "../queue/watch.ts";
import { VERSION } from "../version.ts";
import { Dispatcher } from "./dispatcher.ts";
import type { WorkerEvent } from "./events.ts";
import { Finder } from "./finder.ts";
import { newSpawner } from "./spawn.ts";
import { killSurvivors } from "./survivors.ts";

/** How a {@linkcode Worker} is to work. */
export interface WorkerOptions {
  /** How many jobs it runs at once. Default: the queue's `worker_count`. */
  count?: number;
  /** Finish when nothing is ready, running or waiting for a retry. */
  drain?: boolean;
  /** Work only the job of this ID, and finish when it is done or dead. */
  only?: string;
  /** Told of everything that happens. Must not throw. */
  onEvent?: (event: WorkerEvent) => void;
}

/**
 * Why a worker finished: it was asked to; nothing was left to do (`drain`); its one job has ended
 * (`only`); or it was declared dead by another, and gave up its jobs.
 */
export type FinishReason = "stopped" | "drained" | "ended" | "fenced";

/** How often a worker that is about to finish looks whether others have ended, in milliseconds. */
const DRAIN_LOOK = 100;

/**
 * Works a queue.
 *
 * @example
 * ```ts
 * import { Queue, Worker } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * await queue.enqueue({ command: "date" });
 * const worker = new Worker(queue, { count: 2, drain: true });
 * await worker.start();
 * console.log(await worker.finished); // "drained"
 * ```
 */
export class Worker {
  /** Resolves when the worker has left: its jobs settled or put back, its presence gone. */
  readonly finished: Promise<FinishReason>;
  readonly #store: Store;
  readonly #queue: Queue;
  readonly #options: WorkerOptions;
  readonly #emit: (event: WorkerEvent) => void;
  readonly #finish: (reason: FinishReason) => void;
  #presence: Presence | undefined;
  #dispatcher!: Dispatcher;
  #finder!: Finder;
  #poll: ReturnType<typeof setTimeout> | undefined;
  #unwatch: () => void = () => {};
  #stopping: "stop" | "now" | undefined;
  #leaving = false;
  #recovering: Promise<void> | undefined;

  /**
   * @param queue The queue to work.
   * @param options How.
   */
  constructor(queue: Queue, options: WorkerOptions = {}) {
    this.#queue = queue;
    this.#store = queue.store;
    this.#options = options;
    this.#emit = options.onEvent ?? (() => {});
    const { promise, resolve } = Promise.withResolvers<FinishReason>();
    this.finished = promise;
    this.#finish = resolve;
  }

  /** The worker's name, `HOST-PID-RANDOM`, once it is live. */
  get name(): string {
    return this.#presence?.name ?? "";
  }

  /**
   * Makes the worker live: others see it, it recovers the jobs of dead workers, then claims.
   *
   * @throws {QueueError} If the queue is another user's, or others can write in it.
   */
  async start(): Promise<void> {
    const fault = distrust(this.#store);
    if (fault) throw new QueueError(fault);
    const config = this.#queue.config();
    const slots = this.#options.count ?? config.worker_count;
    this.#presence = arrive(this.#store, {
      host: Deno.hostname(),
      pid: Deno.pid,
      slots,
      started_at: new Date(this.#store.now()).toISOString(),
      version: VERSION,
    });
    const changed = () => this.#pump();
    this.#finder = new Finder(this.#store, this.#options.only, changed);
    this.#dispatcher = new Dispatcher(
      this.#store,
      newSpawner(),
      this.name,
      slots,
      this.#finder,
      this.#emit,
      changed,
    );
    const watched = ["", "pending", "failed", "workers"];
    this.#unwatch = watchQueue(this.#store.dir, watched, (change) => this.#hear(change));
    await this.#recover();
    this.#dispatcher.paused = this.#queue.paused;
    await this.#finder.refill();
    this.#schedulePoll();
    this.#pump();
  }

  /**
   * Claims nothing more, finishes what runs, leaves; see {@linkcode Worker.finished}.
   *
   * @param how With `now`, what runs is ended and put back without being charged.
   */
  stop(how: { now?: boolean } = {}): void {
    if (this.#stopping === "now" || (this.#stopping && !how.now)) return;
    this.#stopping = how.now ? "now" : "stop";
    this.#dispatcher.stopClaiming();
    if (how.now) this.#dispatcher.putBackAll();
    this.#pump();
  }

  /** Goes on with whatever can go on: claims, or leaves when it is time to. */
  #pump(): void {
    if (this.#leaving) return;
    if (!this.#stopping) this.#dispatcher.fill();
    if (this.#dispatcher.busy) return;
    if (this.#stopping) void this.#leave("stopped");
    else if (this.#options.only !== undefined && this.#onlyHasEnded(this.#options.only)) {
      void this.#leave("ended");
    } else if (this.#options.drain) void this.#drain();
  }

  #onlyHasEnded(id: string): boolean {
    const state = this.#queue.get(id)?.state;
    return state === undefined || state === "done" || state === "dead";
  }

  /** Leaves if nothing is ready, running anywhere, or waiting for a retry. */
  async #drain(): Promise<void> {
    const holds = () => this.#leaving || this.#stopping !== undefined || this.#dispatcher.busy;
    await this.#finder.refill();
    if (holds()) return;
    if (this.#finder.hasReady()) {
      if (!this.#dispatcher.paused) this.#dispatcher.fill();
      return;
    }
    const counts = this.#queue.counts();
    if (counts.pending + counts.processing + counts.failed > 0) {
      setTimeout(() => this.#pump(), DRAIN_LOOK);
    } else await this.#leave("drained");
  }

  #hear({ directory, name, removed }: Change): void {
    if (this.#leaving) return;
    if (directory === "pending" || directory === "failed") {
      if (!removed) this.#finder.hear(directory, name);
    } else if (directory === "workers") this.#lookAtWorkers();
    else if (name === "paused" || name === "config.json") this.#lookAtSettings();
  }

  #lookAtSettings(): void {
    this.#dispatcher.paused = this.#queue.paused;
    try {
      this.#queue.config();
    } catch (error) {
      this.#trouble(error);
    }
    this.#pump();
  }

  /** Others may have died, or this one may have been asked to stop, or declared dead. */
  #lookAtWorkers(): void {
    if (this.#leaving) return;
    try {
      if (!this.#presence!.holds()) {
        void this.#leave("fenced");
        return;
      }
      const request = stopRequested(this.#store, this.name);
      if (request) this.stop({ now: request === "now" });
    } catch (error) {
      this.#trouble(error);
    }
    void this.#recover();
  }

  #schedulePoll(): void {
    const interval = this.#store.config.poll_interval * 1000;
    this.#poll = setTimeout(() => {
      this.#lookAtSettings();
      this.#lookAtWorkers();
      void this.#finder.refillIfChanged();
      if (!this.#leaving) this.#schedulePoll();
    }, interval);
  }

  /** Recovers the dead; a second call while one is under way waits for that one. */
  #recover(): Promise<void> {
    return this.#recovering ??= (async () => {
      try {
        const done = await recoverDeadWorkers(this.#store, this.name, killSurvivors);
        for (const recovery of done) this.#emit({ kind: "recovered", ...recovery });
        removeStrays(this.#store);
      } catch (error) {
        this.#trouble(error);
      }
    })().finally(() => this.#recovering = undefined);
  }

  #trouble(error: unknown): void {
    this.#emit({ kind: "trouble", message: reasonOf(error) });
  }

  async #leave(reason: FinishReason): Promise<void> {
    if (this.#leaving) return;
    this.#leaving = true;
    clearTimeout(this.#poll);
    this.#unwatch();
    this.#finder.close();
    if (reason === "fenced") this.#dispatcher.abandon();
    await this.#dispatcher.idle();
    await this.#recovering;
    this.#dispatcher.close();
    try {
      this.#presence!.leave();
    } catch (error) {
      // The next worker finds the file unlocked, and nothing to recover.
      this.#trouble(error);
    }
    this.#finish(reason);
  }
}
