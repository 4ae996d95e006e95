/**
 * A worker: claims what is ready, runs it, settles it, and looks after the jobs of workers that died.
 *
 * @module
 */

import { isAtRest } from "../contents/listing.ts";
import { Guard } from "../store/guard.ts";
import { refuseUnsafe } from "../store/trust.ts";
import { type Presence, stopRequested, takeCancelRequests } from "../contents/presence.ts";
import type { Queue } from "../queue.ts";
import type { Store } from "../store/store.ts";
import { type Change, watchQueue } from "../fs/watch.ts";
import { userOpenFiles } from "../process/launcher.ts";
import { Aftermath } from "./maintenance/aftermath.ts";
import { arriveToWork } from "./arrival.ts";
import { Departure, desertBy, type FinishReason, leaveBy, type Parts } from "./departure.ts";
import { Dispatcher } from "./dispatcher.ts";
import { troubleText, type WorkerEvent } from "./events.ts";
import { Finder } from "./fetching/finder.ts";
import { Pruner } from "./maintenance/pruner.ts";
import { Recoverer } from "./maintenance/recoverer.ts";
import { Scheduler } from "./maintenance/scheduler.ts";
import { newSpawner } from "../process/spawn.ts";
import type { Spawner } from "../process/spawner.ts";

/** How a {@linkcode Worker} is to work. */
export interface WorkerOptions {
  /** How many jobs it runs at once. Default: the queue's `worker_count`. */
  count?: number;
  /** Finish when nothing is ready, running or waiting for a retry. */
  drain?: boolean;
  /** Work only the job of this ID, and finish when it is done or dead. */
  only?: string;
  /**
   * With `only`: the ID of the running job that waits for that one. Both count as one: it takes no place of the
   * `concurrency` of the queue, which its caller has and would keep for ever.
   */
  partOf?: string;
  /** Told of everything that happens. Must not throw. */
  onEvent?: (event: WorkerEvent) => void;
}

export type { FinishReason };

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
  #spawner!: Spawner;
  #dispatcher!: Dispatcher;
  #finder!: Finder;
  #aftermath!: Aftermath;
  #pruner!: Pruner;
  #recoverer!: Recoverer;
  #guard: Guard | undefined;
  /** None in a worker that works only one job. */
  #scheduler: Scheduler | undefined;
  #poll: ReturnType<typeof setTimeout> | undefined;
  #drainTimer: ReturnType<typeof setTimeout> | undefined;
  #unwatch: () => void = () => {};
  #stopping: "stop" | "now" | undefined;
  #leaving = false;
  #departure: Departure | undefined;

  /**
   * Makes a worker, which does nothing until it is started.
   *
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
   * @throws {QueueError} If the queue is another user's, or others can write in it, or its disk takes no file.
   */
  async start(): Promise<void> {
    refuseUnsafe(this.#store);
    this.#guard = new Guard(this.#store);
    const config = this.#queue.config();
    const slots = this.#options.count ?? config.worker_count;
    this.#presence = arriveToWork(this.#store, slots, this.#options);
    try {
      await this.#begin(slots);
    } catch (error) {
      // Others must not take it for a worker that lives.
      await this.#leave("stopped");
      throw error;
    }
  }

  async #begin(slots: number): Promise<void> {
    const changed = () => this.#pump();
    const trouble = (message: string) => this.#emit({ kind: "trouble", message });
    const ended = () => this.#pruner.count();
    // With one slot nothing else is to be begun meanwhile.
    const spawner = this.#spawner = newSpawner({ inline: slots === 1, openFiles: userOpenFiles() });
    this.#aftermath = new Aftermath(this.#store, spawner, this.name, trouble, ended);
    this.#pruner = new Pruner(this.#store, (error) => this.#trouble(error));
    this.#recoverer = new Recoverer(this.#store, this.name, {
      settled: (settlement) => this.#aftermath.settled(settlement),
      recovered: (recovery) => this.#emit({ kind: "recovered", ...recovery }),
      trouble: (error) => this.#trouble(error),
    });
    if (this.#options.only === undefined) {
      this.#scheduler = new Scheduler(this.#store, this.name, { rested: changed, trouble });
    }
    this.#finder = new Finder(
      this.#store,
      this.#options.only,
      changed,
      (error) => this.#trouble(error),
    );
    this.#dispatcher = new Dispatcher(
      this.#store,
      spawner,
      this.name,
      slots,
      this.#finder,
      this.#emit,
      changed,
      () => void this.#recoverer.look().then(changed),
    );
    this.#dispatcher.claimer.isPart = this.#options.partOf !== undefined;
    this.#dispatcher.claimer.heedLimits();
    this.#dispatcher.claimer.mayClaimFrom = (state) => this.#isSafe(this.#guard!.claimFault(state));
    this.#dispatcher.onSettled = (settlement) => this.#aftermath.settled(settlement);
    const watched = ["", "pending", "failed", "workers"];
    // What leaves pending/ and failed/ is mostly what was claimed here.
    const interests = {
      "": "names",
      pending: "arrivals",
      failed: "arrivals",
      workers: "names",
    } as const;
    this.#unwatch = watchQueue(this.#store.dir, watched, (change) => this.#hear(change), interests);
    // Events come from here on, so whether to claim must be known before the first.
    this.#dispatcher.paused = this.#queue.paused;
    await this.#recoverer.look();
    await this.#finder.refill();
    if (!this.#leaving) {
      this.#schedulePoll();
      this.#lookAtTheRest();
    }
    this.#pump();
  }

  /** Whether nothing runs, and what has ended cannot be recorded for now: until it can, the worker does not leave. */
  get stuck(): boolean {
    return this.#presence !== undefined && this.#dispatcher.stuck;
  }

  /**
   * Claims nothing more, finishes what runs, leaves; see {@linkcode Worker.finished}.
   *
   * @param how With `now`, what runs is ended and put back without being charged.
   */
  stop(how: { now?: boolean } = {}): void {
    if (how.now) this.#departure?.hurry();
    if (this.#stopping === "now" || (this.#stopping && !how.now)) return;
    this.#stopping = how.now ? "now" : "stop";
    // Not started yet: start() sees that it has nothing to do.
    if (!this.#presence) return;
    this.#dispatcher.stopClaiming();
    void this.#scheduler?.close();
    if (how.now) this.#dispatcher.putBackAll();
    this.#pump();
  }

  /** Reads the settings now; a worker also does so when they change, and each `poll_interval`. */
  reload(): void {
    if (this.#presence && !this.#leaving) this.#lookAtSettings();
  }

  /** Goes on with whatever can go on: claims, or leaves when it is time to. */
  #pump(): void {
    if (this.#leaving) return;
    if (!this.#stopping) this.#dispatcher.fill();
    if (this.#stopping === "now" && this.#dispatcher.stuck) {
      void this.#leave("stopped", true);
      return;
    }
    if (this.#dispatcher.busy || this.#scheduler?.busy) return;
    try {
      if (this.#stopping) void this.#leave("stopped");
      else if (this.#options.only !== undefined && this.#onlyHasEnded(this.#options.only)) {
        void this.#leave("ended");
      } else if (this.#options.drain) {
        void this.#drain().catch((error) => this.#trouble(error));
      }
    } catch (error) {
      // Whether it is time to leave cannot be read now; the next poll asks again.
      this.#trouble(error);
    }
  }

  #onlyHasEnded(id: string): boolean {
    const state = this.#queue.get(id)?.state;
    return state === undefined || state === "done" || state === "dead";
  }

  /** Leaves if nothing is ready, running anywhere, or waiting for a retry. */
  async #drain(): Promise<void> {
    const holds = () =>
      this.#leaving || this.#stopping !== undefined || this.#dispatcher.busy ||
      this.#scheduler?.busy;
    // What waits for a resource is asked after by itself: no need to read the directories meanwhile.
    if (this.#dispatcher.claimer.hasParked) {
      this.#drainLater();
      return;
    }
    await this.#finder.refill();
    if (holds()) return;
    if (this.#finder.hasReady()) {
      if (this.#dispatcher.paused) return;
      this.#dispatcher.fill();
      // What looked like a batch may have held no job.
      if (!this.#dispatcher.busy) this.#drainLater();
      return;
    }
    const { claimer } = this.#dispatcher;
    // Twice, as a job that goes back while the first look passes is met in the second.
    const isOver = () =>
      isAtRest(
        this.#store,
        ({ state, path }) =>
          (state === "pending" || state === "failed") &&
          (claimer.isParked({ state, path }) || claimer.isRefused({ state, path })),
      );
    if (isOver() && isOver() && await this.#recoverer.hasDoneAll() && !holds() && isOver()) {
      await this.#leave("drained");
    } else this.#drainLater();
  }

  /** One look at a time: each pump would otherwise begin a chain of looks of its own. */
  #drainLater(): void {
    clearTimeout(this.#drainTimer);
    this.#drainTimer = setTimeout(() => this.#pump(), DRAIN_LOOK);
  }

  #hear({ directory, name, removed }: Change): void {
    if (this.#leaving) return;
    if (directory === "pending" || directory === "failed") {
      if (!removed) this.#finder.hear(directory, name);
    } else if (directory === "workers") {
      this.#lookAtWorkers();
      // Another has left: what it had was perhaps all that there was to wait for.
      if (removed && this.#options.drain) this.#pump();
    } else if (name === "paused" || name === "config.json") this.#lookAtSettings();
    else if (name === "schedules") this.#scheduler?.look();
  }

  #lookAtSettings(): void {
    try {
      this.#dispatcher.paused = this.#queue.paused;
      this.#queue.config();
      this.#dispatcher.claimer.heedLimits();
    } catch (error) {
      this.#trouble(error);
    }
    this.#pump();
  }

  /** Others may have died, or this one may have been asked to stop, or declared dead. */
  #lookAtWorkers(): void {
    if (this.#leaving) return;
    try {
      if (!this.#isSafe(this.#guard!.fault())) return;
      if (!this.#presence!.holds()) {
        void this.#leave("fenced");
        return;
      }
      const request = stopRequested(this.#store, this.name);
      if (request) this.stop({ now: request === "now" });
      for (const id of takeCancelRequests(this.#store, this.name)) this.#dispatcher.cancel(id);
    } catch (error) {
      this.#trouble(error);
    }
    void this.#recoverer.look();
  }

  /** Whether the queue is still the one that was opened, and closed to others; if not, leaves it. */
  #isSafe(fault: string | undefined): boolean {
    if (fault === undefined) return true;
    void this.#desert(fault);
    return false;
  }

  /** Leaves a queue that is no longer safe: ends its commands, and neither reads nor writes in it any more. */
  async #desert(fault: string): Promise<void> {
    if (this.#leaving) return;
    this.#leaving = true;
    this.#emit({ kind: "trouble", message: fault });
    this.#stopLooking();
    // Nor is it asked there any more to hurry.
    const trouble = (error: unknown) => this.#trouble(error);
    const departure = this.#departure = new Departure({ isAskedToHurry: () => false, trouble });
    await desertBy(departure, this.#parts());
    this.#finish("unsafe");
  }

  #stopLooking(): void {
    clearTimeout(this.#poll);
    clearTimeout(this.#drainTimer);
  }

  #parts(): Parts {
    return {
      presence: this.#presence!,
      guard: this.#guard!,
      spawner: this.#spawner,
      dispatcher: this.#dispatcher,
      finder: this.#finder,
      scheduler: this.#scheduler,
      pruner: this.#pruner,
      recoverer: this.#recoverer,
      aftermath: this.#aftermath,
      unwatch: this.#unwatch,
    };
  }

  #schedulePoll(): void {
    const interval = this.#store.config.poll_interval * 1000;
    this.#poll = setTimeout(() => {
      this.#lookAtWorkers();
      if (this.#leaving) return;
      this.#lookAtSettings();
      void this.#finder.refillIfChanged();
      this.#lookAtTheRest();
      if (!this.#leaving) this.#schedulePoll();
    }, interval);
  }

  /** What can wait for a poll: schedules, and what is kept of what has ended. */
  #lookAtTheRest(): void {
    if (this.#leaving || this.#stopping) return;
    this.#scheduler?.look();
    this.#pruner.look();
  }

  #trouble(error: unknown): void {
    this.#emit({ kind: "trouble", message: troubleText(error) });
  }

  /**
   * Leaves, whatever fails meanwhile: that is told.
   *
   * @param givesUp Whether to leave what cannot be recorded to whoever recovers this worker.
   */
  async #leave(reason: FinishReason, givesUp = false): Promise<void> {
    if (this.#leaving) return;
    this.#leaving = true;
    this.#stopLooking();
    const departure = this.#departure = new Departure({
      isAskedToHurry: () => stopRequested(this.#store, this.name) === "now",
      trouble: (error) => this.#trouble(error),
    });
    await leaveBy(departure, reason, givesUp, this.#parts());
    this.#finish(reason);
  }
}
