/**
 * The way out of a worker: one step after the other, of which none can keep it.
 *
 * @module
 */

import type { Presence } from "../contents/presence.ts";
import type { Aftermath } from "./maintenance/aftermath.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Finder } from "./fetching/finder.ts";
import type { Pruner } from "./maintenance/pruner.ts";
import type { Recoverer } from "./maintenance/recoverer.ts";
import type { Scheduler } from "./maintenance/scheduler.ts";
import type { Spawner } from "../process/spawner.ts";
import { killSurvivors } from "../process/survivors.ts";

/**
 * Why a worker finished: it was asked to; nothing was left to do (`drain`); its one job has ended
 * (`only`); it was declared dead by another, and gave up its jobs; or its queue was swapped or opened to other users,
 * so that it left it as it was.
 */
export type FinishReason = "stopped" | "drained" | "ended" | "fenced" | "unsafe";

/** The parts of a worker. One that could not begin has not all of them. */
export interface Parts {
  readonly presence: Presence;
  /** Holds the queue open. */
  readonly guard: Disposable;
  readonly spawner?: Spawner;
  readonly dispatcher?: Dispatcher;
  readonly finder?: Finder;
  readonly scheduler?: Scheduler;
  readonly pruner?: Pruner;
  readonly recoverer?: Recoverer;
  readonly aftermath?: Aftermath;
  unwatch(): void;
}

/** How often a worker that leaves looks whether it is asked to do so at once, in milliseconds. */
const LOOK_EVERY = 500;

/** How long a step may take once that was asked, in milliseconds. */
const HURRIED_WITHIN = 1000;

/** What a {@linkcode Departure} asks and tells. */
export interface DepartureEvents {
  /** Whether somebody has asked, in the queue, to leave at once. May throw. */
  isAskedToHurry(): boolean;
  /** Something could not be done; it leaves all the same. */
  trouble(error: unknown): void;
}

/** The steps of a worker that leaves. */
export class Departure {
  readonly #events: DepartureEvents;
  readonly #looking: ReturnType<typeof setInterval>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #giveUp: (() => void) | undefined;
  #isHurried = false;

  constructor(events: DepartureEvents) {
    this.#events = events;
    this.#looking = setInterval(() => {
      try {
        if (events.isAskedToHurry()) this.hurry();
      } catch {
        // A disk that refuses even this: the steps say so themselves.
      }
    }, LOOK_EVERY);
  }

  /** From now on no step takes longer than a second. */
  hurry(): void {
    if (this.#isHurried) return;
    this.#isHurried = true;
    this.#limit();
  }

  /**
   * Takes a step, and tells what fails.
   *
   * @returns Whether it was done.
   */
  async step(action: () => unknown): Promise<boolean> {
    const late = Promise.withResolvers<"late">();
    this.#giveUp = () => late.resolve("late");
    if (this.#isHurried) this.#limit();
    const done = Promise.try(action);
    // Should it fail after it was given up, that has been told.
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

  /** The last step is taken. */
  over(): void {
    clearInterval(this.#looking);
    clearTimeout(this.#timer);
  }
}

/**
 * Brings all parts of a worker to rest, then takes its presence away.
 *
 * @param givesUp Whether to leave what cannot be recorded to whoever recovers this worker.
 */
export async function leaveBy(
  departure: Departure,
  reason: FinishReason,
  givesUp: boolean,
  parts: Parts,
): Promise<void> {
  const { presence, guard, spawner, dispatcher, finder, scheduler, pruner, recoverer, aftermath } =
    parts;
  const step = (action: () => unknown) => departure.step(action);
  await step(parts.unwatch);
  await step(() => finder?.close());
  if (reason === "fenced" || givesUp) await step(() => dispatcher?.abandon());
  // Who comes only to drain the queue would never prune it else.
  const resting = Promise.all([scheduler?.close(), pruner?.close(reason !== "drained")]);
  resting.catch(() => {});
  const isSettled = await step(() => dispatcher?.idle());
  await step(() => recoverer?.idle());
  await step(() => resting);
  await step(() => aftermath?.close());
  // Whoever recovers its jobs may be another machine, which cannot end what left its group here.
  const abandoned = reason === "fenced" ? dispatcher?.abandonedRuns ?? [] : [];
  await step(() => killSurvivors(presence.name, abandoned));
  await step(() => spawner?.close());
  for (const close of dispatcher?.closings ?? []) await step(close);
  await step(() => guard[Symbol.dispose]());
  const leavesJobs = givesUp || !isSettled || recoverer?.hasUnsettled;
  // Where its file stays, unlocked, the next worker recovers what is left.
  await step(() => leavesJobs ? presence.abandon() : presence.leave());
  departure.over();
}

/** Ends what runs and leaves the queue as it is: it is no longer safe to read or write anything in it. */
export async function desertBy(departure: Departure, parts: Parts): Promise<void> {
  const { presence, guard, spawner, dispatcher, finder } = parts;
  const step = (action: () => unknown) => departure.step(action);
  await step(parts.unwatch);
  await step(() => finder?.close());
  await step(() => dispatcher?.abandon());
  await step(() => killSurvivors(presence.name, dispatcher?.abandonedRuns ?? []));
  await step(() => spawner?.close());
  await step(() => guard[Symbol.dispose]());
  await step(() => presence.abandon());
  departure.over();
}
