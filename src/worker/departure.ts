/**
 * How a worker leaves: one step after the other, none of which can keep it.
 *
 * @module
 */

import { isAtRest } from "../contents/listing.ts";
import { mayRunAt } from "../format/placement.ts";
import { killSurvivors } from "../process/survivors.ts";
import type { Store } from "../store/store.ts";
import type { Queue } from "../queue.ts";
import type { Parts } from "./arrival.ts";
import type { Pulse } from "./pulse.ts";

/**
 * Why a worker finished: it was asked to (`stopped`); nothing was left to do (`drained`), or had
 * been for so long (`idle`); its one job has ended (`ended`); another declared it dead, so it gave
 * up its jobs (`fenced`); its queue was swapped or opened to other users, so it left everything as
 * it was (`unsafe`); or locks do not reach the other machines that work the queue, so it finished
 * its jobs and claimed no more (`apart`).
 */
export type FinishReason =
  | "stopped"
  | "drained"
  | "idle"
  | "ended"
  | "fenced"
  | "unsafe"
  | "apart";

/**
 * Whether no job is ready, running anywhere, or waiting for a retry, but for those that this worker
 * cannot run.
 *
 * @param until A job that is ready by then counts too. Default: now.
 */
export function isDrained(store: Store, parts: Parts, until: number = store.now()): boolean {
  const { dispatcher, parked, here } = parts;
  return isAtRest(store, ({ state, path, where }) => {
    if (state !== "pending" && state !== "failed") return false;
    return !mayRunAt(where, here) || parked.has({ state, path }) ||
      dispatcher.claimer.isRefused({ state, path });
  }, until);
}

/** Whether the only job that a worker works is done, dead or gone; `false` if it works all. */
export function hasEnded(queue: Queue, only: string | undefined): boolean {
  if (only === undefined) return false;
  const state = queue.get(only)?.state;
  return state === undefined || state === "done" || state === "dead";
}

/** How often a worker that leaves looks whether it is asked to leave at once, in milliseconds. */
const LOOK_EVERY = 500;

/** How long a step may take from then on, in milliseconds. */
const HURRIED_WITHIN = 1000;

/** What a {@linkcode Departure} asks and reports. */
export interface DepartureEvents {
  /** Whether somebody has asked, in the queue, to leave at once. May throw. */
  isAskedToHurry(): boolean;
  /** Something could not be done; the worker leaves all the same. */
  trouble(error: unknown): void;
}

/** A worker's leaving. */
export class Departure {
  readonly #events: DepartureEvents;
  #looking: ReturnType<typeof setInterval> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #giveUp: (() => void) | undefined;
  #isHurried = false;

  constructor(events: DepartureEvents) {
    this.#events = events;
  }

  /** From now on no step takes longer than a second. */
  hurry(): void {
    if (this.#isHurried) return;
    this.#isHurried = true;
    this.#limit();
  }

  /**
   * Brings all parts of a worker to rest, then takes its presence away.
   *
   * @param pulse Beats until its presence goes.
   * @param guard Holds the queue open.
   * @param parts Missing if the worker could not begin.
   * @param givesUp Whether to leave what cannot be recorded to whoever recovers this worker.
   */
  async leave(
    reason: FinishReason,
    pulse: Pulse,
    guard: Disposable,
    parts: Parts | undefined,
    givesUp: boolean,
  ): Promise<void> {
    const step = (action: () => unknown) => this.#step(action);
    const { presence } = pulse;
    const { dispatcher, recoverer } = parts ?? {};
    // A queue that is unsafe must be neither read nor written any more.
    const isSafe = reason !== "unsafe";
    const isAnothers = reason === "fenced" || !isSafe;
    if (isSafe) this.#looking = setInterval(() => this.#look(), LOOK_EVERY);
    else {
      pulse.close();
      void recoverer?.close();
    }
    await step(() => parts?.unwatch());
    await step(() => parts?.finder.close());
    if (isAnothers || givesUp) await step(() => dispatcher?.abandon());
    // A worker that comes only to drain the queue would otherwise never prune it.
    const isHalfWay = reason !== "drained";
    const resting = Promise.all([parts?.scheduler?.close(), parts?.pruner.close(isHalfWay)]);
    resting.catch(() => {});
    let isSettled = false;
    if (isSafe) {
      isSettled = await step(() => dispatcher?.idle());
      await step(() => recoverer?.close());
      await step(() => resting);
      await step(() => parts?.aftermath.close());
    }
    // Whoever recovers its jobs may be another machine, which cannot end what left its group here.
    const abandoned = isAnothers ? dispatcher?.abandonedRuns ?? [] : [];
    await step(() => killSurvivors(presence.name, abandoned));
    await step(() => parts?.spawner.close());
    await step(() => dispatcher?.close());
    if (isSafe) await step(() => parts?.output.close());
    await step(() => guard[Symbol.dispose]());
    pulse.close();
    // Where its file stays, unlocked, the next worker recovers what is left.
    const leavesJobs = isAnothers || givesUp || !isSettled || recoverer?.hasUnsettled;
    await step(() => leavesJobs ? presence.abandon() : presence.leave());
    await step(() => pulse.leave());
    clearInterval(this.#looking);
    clearTimeout(this.#timer);
  }

  /** Takes a step and reports what fails; returns whether it was done. */
  async #step(action: () => unknown): Promise<boolean> {
    const late = Promise.withResolvers<"late">();
    this.#giveUp = () => late.resolve("late");
    if (this.#isHurried) this.#limit();
    const done = Promise.try(action);
    // A failure after it was given up needs no report.
    done.catch(() => {});
    try {
      if (await Promise.race([done, late.promise]) !== "late") return true;
      this.#events.trouble(new Error("leaving at once, as asked, though not all is done"));
    } catch (error) {
      this.#events.trouble(error);
    } finally {
      clearTimeout(this.#timer);
      this.#giveUp = undefined;
    }
    return false;
  }

  #limit(): void {
    this.#timer = setTimeout(() => this.#giveUp?.(), HURRIED_WITHIN);
  }

  #look(): void {
    try {
      if (this.#events.isAskedToHurry()) this.hurry();
    } catch {
      // A disk that refuses even this: the steps report that themselves.
    }
  }
}
