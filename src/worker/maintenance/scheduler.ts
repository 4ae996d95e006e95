/**
 * A worker's part in the schedules: a timer for the one that is due first, and turning those that are due
 * into jobs. Where there is no schedule it costs one look each poll.
 *
 * @module
 */

import { reasonOf } from "../../text/errors.ts";
import { healSchedule } from "../../schedules/heal_schedule.ts";
import { scheduleEntries } from "../../schedules/read_schedule.ts";
import { awaitsItsTime } from "../../schedules/schedule.ts";
import { pathIn, type Store } from "../../store/store.ts";
import { turnSchedule } from "../../schedules/turn_schedule.ts";
import { watchQueue } from "../../fs/watch.ts";

/** The longest that one timer of the runtime waits, in milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** A clock that differs by so much from what a steady one has counted was set, in milliseconds. */
const CLOCK_WAS_SET = 1000;

/** How long to wait after a disk refused, in milliseconds. */
const RETRY_AFTER = 1000;

/** What a {@linkcode Scheduler} tells its worker. */
export interface SchedulerEvents {
  /** It has come to rest. */
  rested(): void;
  /** A schedule cannot be turned into a job now, and why. */
  trouble(message: string): void;
}

/** Turns schedules into jobs while its worker lives. */
export class Scheduler {
  readonly #store: Store;
  readonly #worker: string;
  readonly #events: SchedulerEvents;
  #working: Promise<void> | undefined;
  #again = false;
  #seen: number | undefined;
  /** The files whose stamps do not lie beyond the next time by the clock. */
  #checked = new Set<string>();
  /** The clock's lead over the steady one when it was looked at last. */
  #lead: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #unwatch: (() => void) | undefined;
  #closed = false;

  /** @param worker The worker's name; its lock must be held while this is open. */
  constructor(store: Store, worker: string, events: SchedulerEvents) {
    this.#store = store;
    this.#worker = worker;
    this.#events = events;
    this.#lead = store.now() - performance.now();
  }

  /** Whether a schedule is being turned into a job. */
  get busy(): boolean {
    return this.#working !== undefined;
  }

  /** Looks at the schedules if they have changed since: for where no event tells of it. */
  look(): void {
    if (this.#closed) return;
    const folder = pathIn(this.#store, "schedules");
    try {
      if (!this.#store.files.exists(folder)) return;
      this.#unwatch ??= watchQueue(this.#store.dir, ["schedules"], () => this.#wake());
      if (this.#clockWasSet()) this.#wake();
      else if (this.#store.files.stat(folder)?.mtime !== this.#seen) this.#wake();
    } catch (error) {
      this.#events.trouble(reasonOf(error));
    }
  }

  /** Turns nothing more into jobs; resolves when what is under way is done. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#unwatch?.();
    await this.#working;
  }

  /** Whether the clock was set since last asked: then no timer is right, and perhaps no stamp. */
  #clockWasSet(): boolean {
    const lead = this.#store.now() - performance.now();
    if (Math.abs(lead - this.#lead) < CLOCK_WAS_SET) return false;
    this.#lead = lead;
    this.#checked.clear();
    return true;
  }

  #wake(): void {
    this.#again = true;
    if (this.#closed) return;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
      this.#events.rested();
    });
  }

  async #work(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      try {
        await this.#turnAll();
      } catch (error) {
        this.#events.trouble(reasonOf(error));
        this.#setTimer(this.#store.now() + RETRY_AFTER);
      }
    }
  }

  async #turnAll(): Promise<void> {
    const { files, now } = this.#store;
    const changed = files.stat(pathIn(this.#store, "schedules"))?.mtime ?? 0;
    // What changed just now may change again within the clock's grain.
    this.#seen = Math.abs(now() - changed) > 1000 ? changed : undefined;
    const entries = scheduleEntries(this.#store);
    if (entries.length === 0) return;
    // Loaded before something is due, so that the first job does not wait for it.
    const { timetable } = await import("../../schedules/timetable.ts");
    let next = Infinity;
    const checked = new Set<string>();
    for (const entry of entries) {
      // One that another worker has comes back under a new name, of which an event or a poll tells.
      if (!awaitsItsTime(entry)) continue;
      if (this.#closed) return;
      try {
        let isDue = entry.time <= now();
        if (!isDue && !this.#checked.has(entry.file)) {
          const state = await healSchedule(this.#store, entry, timetable);
          if (state.is === "beyond") this.#again = true;
          else if (state.is === "right soon") next = Math.min(next, state.at);
          else if (state.is === "decided") isDue = true;
          else this.#checked.add(entry.file);
        }
        if (!isDue) {
          if (this.#checked.has(entry.file)) checked.add(entry.file);
          next = Math.min(next, entry.time);
          continue;
        }
        // What it is due at next is read from its new name.
        if (await turnSchedule(this.#store, entry, this.#worker, timetable)) this.#again = true;
      } catch (error) {
        // One schedule that fails holds up no other.
        this.#events.trouble(reasonOf(error));
        next = Math.min(next, now() + RETRY_AFTER);
      }
    }
    this.#checked = checked;
    this.#setTimer(next);
  }

  #setTimer(time: number): void {
    clearTimeout(this.#timer);
    if (time === Infinity || this.#closed) return;
    const wait = Math.min(Math.max(0, time - this.#store.now()), LONGEST_TIMER);
    this.#timer = setTimeout(() => this.#wake(), wait);
  }
}
