/**
 * Schedules whose stamp lies beyond their next time by the clock, as when the clock has been set back since:
 * nothing would run until the clock has come there again.
 *
 * @module
 */

import { QueueError } from "../text/errors.ts";
import {
  isPaused,
  madeJobFile,
  MISSED_AFTER,
  type Schedule,
  type ScheduleEntry,
  scheduleFile,
} from "./schedule.ts";
import { readSchedule } from "./read_schedule.ts";
import { flush, pathIn, removeIfThere, renameIfThere, type Store } from "../store/store.ts";
import type { ReadTimetable, Timetable } from "./timetable.ts";

/** How a schedule's stamp stands to the clock. */
export type StampState =
  /** It is the next time, or an earlier one. */
  | { is: "right" }
  /** The clock is back by so little that it will soon be right. */
  | { is: "right soon"; at: number }
  /** It lies beyond the next time. */
  | { is: "beyond"; next: number }
  /** It lies beyond the next time, but what was due at it has been decided, and is to be carried out. */
  | { is: "decided" };

/**
 * How a schedule's stamp stands to the clock.
 *
 * @param now Milliseconds since 1970.
 */
export function stampState(
  { turn }: Schedule,
  times: Timetable,
  { time }: ScheduleEntry,
  now: number,
): StampState {
  const next = times.next(now);
  if (next === undefined || next >= time) return { is: "right" };
  const decided = turn === undefined ? -Infinity : Date.parse(turn.from);
  if (decided === time) return { is: "decided" };
  // A clock that is set back a little must not have the time that has just been decided come again.
  if (decided > now && decided - now <= MISSED_AFTER) return { is: "right soon", at: decided };
  return { is: "beyond", next };
}

/**
 * Gives a schedule whose stamp lies beyond its next time that time.
 *
 * @param entry Not due, and in no worker's hands.
 * @returns How it was found; `right` also if it is no longer there, is paused, or is no schedule, which is told when
 * it is due.
 */
export async function healSchedule(
  store: Store,
  entry: ScheduleEntry,
  readTimetable: ReadTimetable,
): Promise<StampState> {
  if (isPaused(entry) || entry.worker !== undefined) return { is: "right" };
  let state: StampState;
  try {
    const read = readSchedule(store, entry, readTimetable);
    if (!read) return { is: "right" };
    state = stampState(read.schedule, read.times, entry, store.now());
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    return { is: "right" };
  }
  if (state.is !== "beyond") return state;
  const healed = pathIn(store, "schedules", scheduleFile(entry.name, state.next));
  if (renameIfThere(store, pathIn(store, "schedules", entry.file), healed)) {
    // What a worker had made when it died, before anything was decided.
    removeIfThere(store, pathIn(store, "schedules", madeJobFile(entry)));
    await flush(store, [pathIn(store, "schedules")]);
  }
  return state;
}
