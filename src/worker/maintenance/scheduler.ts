/**
 * A worker's part in the schedules: waits for the first that is due, and turns each that is due
 * into a job. A queue without schedules costs one look each poll.
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
import { FolderChanges } from "../fetching/folder_changes.ts";
import { startLongTimer } from "../fetching/long_timer.ts";

/**
 * A clock that differs from a steady one by this much more than before was set, in milliseconds.
 */
const CLOCK_WAS_SET = 1000;

/** How long to wait after a disk refused, in milliseconds. */
const RETRY_AFTER = 1000;

/** What a {@linkcode Scheduler} works with. */
export interface SchedulerOptions {
  readonly store: Store;
  /** The worker's name; its lock must be held while the scheduler is open. */
  readonly worker: string;
  /** Called when no schedule is being turned into a job any more. */
  changed(): void;
  /** Called when a schedule cannot be turned into a job now; says why. */
  trouble(message: string): void;
}

/** Turns schedules into jobs while its worker lives. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #store: Store;
  #working: Promise<void> | undefined;
  #again = false;
  readonly #changes: FolderChanges;
  /** The files whose stamps are known not to lie beyond the next time by the clock. */
  #checked = new Set<string>();
  /** By how much the clock was ahead of a steady one at the last look. */
  #lead: number;
  #stopTimer = () => {};
  #unwatch: (() => void) | undefined;
  #closed = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#changes = new FolderChanges(this.#store, ["schedules"]);
    this.#lead = this.#store.now() - performance.now();
  }

  /** Whether a schedule is being turned into a job. */
  get busy(): boolean {
    return this.#working !== undefined;
  }

  /** Looks at the schedules if they have changed, for where no event says so. */
  look(): void {
    if (this.#closed) return;
    const folder = pathIn(this.#store, "schedules");
    try {
      if (!this.#store.files.exists(folder)) return;
      this.#unwatch ??= watchQueue(this.#store.dir, ["schedules"], () => this.#wake());
      const wasSet = this.#clockWasSet();
      if (wasSet || this.#changes.mayHaveChanged()) this.#wake();
    } catch (error) {
      this.#options.trouble(reasonOf(error));
    }
  }

  /** Turns nothing more into jobs; resolves when what is under way is done. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopTimer();
    this.#unwatch?.();
    await this.#working;
  }

  /**
   * Whether the clock was set since this was last asked: then the timer and the stamps may be
   * wrong.
   */
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
      this.#options.changed();
    });
  }

  async #work(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      try {
        await this.#turnAll();
      } catch (error) {
        this.#options.trouble(reasonOf(error));
        this.#setTimer(this.#store.now() + RETRY_AFTER);
      }
    }
  }

  async #turnAll(): Promise<void> {
    const { now } = this.#store;
    this.#changes.reading();
    const entries = scheduleEntries(this.#store);
    if (entries.length === 0) return;
    // Loaded before a schedule is due, so that its first job does not wait for it.
    const { timetable } = await import("../../schedules/timetable.ts");
    let next = Infinity;
    const checked = new Set<string>();
    for (const entry of entries) {
      // A schedule that another worker has comes back under a new name, by an event or a poll.
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
        const { worker } = this.#options;
        // When it is due next is read from its new name.
        if (await turnSchedule(this.#store, entry, worker, timetable)) this.#again = true;
      } catch (error) {
        // One schedule that fails holds up no other.
        this.#options.trouble(reasonOf(error));
        next = Math.min(next, now() + RETRY_AFTER);
      }
    }
    this.#checked = checked;
    this.#setTimer(next);
  }

  #setTimer(time: number): void {
    this.#stopTimer();
    if (time === Infinity || this.#closed) return;
    this.#stopTimer = startLongTimer(time - this.#store.now(), () => this.#wake());
  }
}
