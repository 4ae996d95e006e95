/**
 * A worker: claims jobs that are ready, runs and settles them, and recovers the jobs of workers
 * that died. This file decides when to claim, look around and leave; the way of a job begins in
 * dispatcher.ts.
 *
 * @module
 */

import { stopRequested, takeRequests, takeSlots } from "../contents/requests.ts";
import type { Change } from "../fs/watch.ts";
import type { Queue } from "../queue.ts";
import { Guard } from "../store/guard.ts";
import type { Store } from "../store/store.ts";
import { refuseUnsafe } from "../store/trust.ts";
import { arriveToWork, makeParts, type Parts, withBeats } from "./arrival.ts";
import { Departure, type FinishReason, hasEnded, isDrained } from "./departure.ts";
import { troubleText, type WorkerEvent } from "./events.ts";
import { IdleExit } from "./idle_exit.ts";
import { Lookout } from "./lookout.ts";
import type { WorkerOptions } from "./options.ts";
import type { Pulse } from "./pulse.ts";
import { sendSignals } from "./send_signals.ts";
import { Troubles } from "./troubles.ts";

export type { FinishReason, WorkerOptions };

/** How long to wait for a command that is being started to send it a signal, in milliseconds. */
const EARLY_SIGNAL = 50;

/** How often a worker that is about to finish looks whether others have ended, in milliseconds. */
const DRAIN_LOOK = 100;

/**
 * Works a queue. Where machines share its file system this whole process is killed, with the
 * commands of its jobs, if the file system gives no answer for the setting `fence_after`.
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
  readonly #left = Promise.withResolvers<FinishReason>();
  /** Resolves when the worker has left: its jobs settled or put back, its presence gone. */
  readonly finished: Promise<FinishReason> = this.#left.promise;
  #store: Store;
  readonly #queue: Queue;
  readonly #options: WorkerOptions;
  readonly #emit: (event: WorkerEvent) => void;
  #pulse: Pulse | undefined;
  #guard!: Guard;
  #parts: Parts | undefined;
  #lookout: Lookout | undefined;
  #idleExit: IdleExit | undefined;
  #drainTimer: ReturnType<typeof setTimeout> | undefined;
  #stopping: "stop" | "now" | undefined;
  #reason: FinishReason = "stopped";
  #departure: Departure | undefined;
  readonly #troubles = new Troubles((message) => this.#emit({ kind: "trouble", message }));
  readonly #trouble = (error: unknown) => this.#troubles.meet(troubleText(error));

  /** Makes a worker of a queue, which does nothing until it is started. */
  constructor(queue: Queue, options: WorkerOptions = {}) {
    this.#queue = queue;
    this.#store = queue.store;
    this.#options = options;
    this.#emit = options.onEvent ?? (() => {});
  }

  /** The worker's name, `HOST-PID-RANDOM`, once it is live. */
  get name(): string {
    return this.#pulse?.presence.name ?? "";
  }

  /**
   * Makes the worker live: others see it, it recovers the jobs of dead workers, then claims.
   *
   * @throws {QueueError} If the queue is another user's, or others can write in it, or its disk
   * takes no file.
   */
  async start(): Promise<void> {
    refuseUnsafe(this.#store);
    this.#store = withBeats(this.#store, () => this.#pulse?.answered());
    this.#guard = new Guard(this.#store);
    const slots = this.#options.count ?? this.#queue.config().worker_count;
    const settings = { ...this.#options, store: this.#store, slots };
    const lost = () => void this.#leave("fenced");
    const pulse = this.#pulse = arriveToWork({ ...settings, lost, trouble: this.#trouble });
    try {
      const parts = this.#parts = makeParts({
        ...settings,
        worker: this.name,
        fence: pulse.fence,
        mayClaimFrom: (state) => pulse.mayClaim() && this.#isSafe(this.#guard.claimFault(state)),
        emit: this.#emit,
        troubles: this.#troubles,
        changed: () => this.#pump(),
        apart: () => this.stop({}, "apart"),
        heard: (change) => this.#hear(change),
      });
      // Events come from here on, so whether to claim must be known before the first.
      parts.dispatcher.paused = this.#queue.paused;
      parts.dispatcher.claimer.limiter.readSettings();
      const lookout = this.#lookout = new Lookout(this.#store, parts, () => {
        this.#lookAtWorkers();
        this.#lookAtSettings();
        return this.#departure === undefined && this.#stopping === undefined;
      }, this.#options.watchdog);
      this.#idleExit = new IdleExit(this.#store, parts, {
        ...{ worker: this.name, seconds: this.#options.idleExit, trouble: this.#trouble },
        goesOn: () => this.#goesOn(parts),
        leave: () => void this.#leave("idle"),
      });
      await parts.recoverer.lookWell();
      await parts.finder.refill();
      lookout.start();
      this.#pump();
    } catch (error) {
      // Others must not take it for a worker that lives.
      await this.#leave("stopped");
      throw error;
    }
  }

  /** Whether no job runs, and nothing is left to record of one. */
  get idle(): boolean {
    return !this.#parts?.dispatcher.busy;
  }

  /** Whether nothing runs, and what ended cannot be recorded yet: the worker stays until it can. */
  get stuck(): boolean {
    return this.#parts?.dispatcher.stuck ?? false;
  }

  /**
   * Claims nothing more, finishes what runs, leaves; {@linkcode Worker.finished} gives the reason.
   *
   * @param how With `now`, what runs is ended and put back without being charged.
   */
  stop(how: { now?: boolean } = {}, reason: FinishReason = "stopped"): void {
    if (how.now) this.#departure?.hurry();
    if (this.#stopping === "now" || (this.#stopping && !how.now)) return;
    this.#stopping = how.now ? "now" : "stop";
    if (reason !== "stopped") this.#reason = reason;
    // Not started yet: start() sees that it has nothing to do.
    if (!this.#parts) return;
    const { dispatcher, scheduler } = this.#parts;
    dispatcher.stopClaiming();
    void scheduler?.close();
    if (how.now) dispatcher.jobs.putBackAll();
    else dispatcher.jobs.resumeAll();
    this.#pump();
  }

  /** Reads the settings now; a worker also does so when they change, and each `poll_interval`. */
  reload(): void {
    this.#lookAtSettings();
  }

  /** Goes on with whatever can go on: claims, or leaves when it is time to. */
  #pump(): void {
    if (this.#departure || !this.#parts) return;
    const { dispatcher, scheduler } = this.#parts;
    if (!this.#stopping) dispatcher.fill();
    if (this.#stopping === "now" && dispatcher.stuck) return void this.#leave("stopped", true);
    if (dispatcher.busy || scheduler?.busy) return this.#idleExit?.reset();
    try {
      if (this.#stopping) void this.#leave(this.#reason);
      else if (hasEnded(this.#queue, this.#options.only)) void this.#leave("ended");
      else if (this.#options.drain) void this.#drain(this.#parts).catch(this.#trouble);
      else this.#idleExit?.begin();
    } catch (error) {
      // Whether it is time to leave cannot be read now; the next poll asks again.
      this.#trouble(error);
    }
  }

  /** Leaves if nothing is ready, running anywhere, or waiting for a retry. */
  async #drain(parts: Parts): Promise<void> {
    const { dispatcher, finder, parked, recoverer } = parts;
    const goesOn = () => this.#goesOn(parts);
    // A timer asks for the places that parked jobs wait for: no need to read the directories
    // meanwhile.
    if (parked.hasMeetable) return this.#drainLater();
    await finder.refill();
    if (goesOn()) return;
    if (finder.hasReady()) {
      if (dispatcher.paused) return;
      dispatcher.fill();
      // What looked like a batch may have held no job.
      if (!dispatcher.busy) this.#drainLater();
      return;
    }
    // Twice, so that a job that is put back during the first look is met in the second.
    const isOver = () => isDrained(this.#store, parts);
    if (isOver() && isOver() && await recoverer.hasDoneAll() && !goesOn() && isOver()) {
      await this.#leave("drained");
    } else this.#drainLater();
  }

  /** Whether it is no longer time to look if it is time to leave: it leaves, or something runs. */
  #goesOn({ dispatcher, scheduler }: Parts): boolean {
    return this.#departure !== undefined || this.#stopping !== undefined || dispatcher.busy ||
      (scheduler?.busy ?? false);
  }

  /** One look at a time: each pump would otherwise begin a chain of looks of its own. */
  #drainLater(): void {
    clearTimeout(this.#drainTimer);
    this.#drainTimer = setTimeout(() => this.#pump(), DRAIN_LOOK);
  }

  #hear({ directory, name, removed }: Change): void {
    if (this.#departure || !this.#parts) return;
    if (directory === "pending" || directory === "failed") {
      if (!removed) this.#parts.finder.hear(directory, name);
    } else if (directory === "workers") {
      this.#lookAtWorkers();
      // Another worker has left: what it had was perhaps all that there was to wait for.
      if (removed && this.#options.drain) this.#pump();
    } else if (name === "paused" || name === "config.json") this.#lookAtSettings();
    else if (name === "schedules") this.#parts.scheduler?.look();
  }

  #lookAtSettings(): void {
    if (this.#departure || !this.#parts) return;
    const { dispatcher } = this.#parts;
    try {
      dispatcher.paused = this.#queue.paused;
      this.#queue.config();
      dispatcher.claimer.limiter.readSettings();
    } catch (error) {
      this.#trouble(error);
    }
    this.#pump();
  }

  /**
   * Others may have died; this one may have been asked to stop, or something for a job, or declared
   * dead.
   */
  #lookAtWorkers(): void {
    if (this.#departure || !this.#parts) return;
    const { dispatcher, recoverer } = this.#parts;
    try {
      if (!this.#isSafe(this.#guard.fault())) return;
      if (!this.#pulse!.presence.holds()) {
        void this.#leave("fenced");
        return;
      }
      const request = stopRequested(this.#store, this.name);
      if (request) this.stop({ now: request === "now" });
      const { cancelled, signals, scalings } = takeRequests(this.#store, this.name);
      for (const id of cancelled) dispatcher.jobs.cancel(id);
      if (sendSignals(this.#store, signals, dispatcher.jobs) === "early") {
        setTimeout(() => this.#lookAtWorkers(), EARLY_SIGNAL);
      }
      const slots = this.#departure ? undefined : takeSlots(this.#store, this.name, scalings);
      if (slots !== undefined) dispatcher.scale(slots);
    } catch (error) {
      this.#trouble(error);
    }
    void recoverer.look();
  }

  /**
   * Whether the queue is still the one that was opened, and closed to others; if not, leaves it as
   * it is.
   */
  #isSafe(fault: string | undefined): boolean {
    if (fault === undefined) return true;
    if (!this.#departure) this.#emit({ kind: "trouble", message: fault });
    void this.#leave("unsafe");
    return false;
  }

  /**
   * Leaves, whatever fails meanwhile: that is reported.
   *
   * @param givesUp Whether to leave what cannot be recorded to whoever recovers this worker.
   */
  async #leave(reason: FinishReason, givesUp = false): Promise<void> {
    if (this.#departure) return;
    this.#lookout?.close();
    this.#idleExit?.reset();
    clearTimeout(this.#drainTimer);
    this.#departure = new Departure({
      isAskedToHurry: () => stopRequested(this.#store, this.name) === "now",
      trouble: this.#trouble,
    });
    await this.#departure.leave(reason, this.#pulse!, this.#guard, this.#parts, givesUp);
    this.#left.resolve(reason);
  }
}
